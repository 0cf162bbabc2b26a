"""What a page shows, as one file: numbers (npz), a picture (png) or a page (html).

Nothing in such a file is fetched from anywhere when it is opened.
"""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnistviz.charts.theme import AMOUNT, SIGNED
from mnistviz.errors import ReportError
from mnistviz.rows import FloatArray

if TYPE_CHECKING:
    import plotly.graph_objects as go

Kind = Literal["png", "html", "npz"]

TILE_PIXELS = 196
LABEL_PIXELS = 24
FONT_SIZE = 15


def kind_of(file: Path) -> Kind:
    """What to write into a file, by how its name ends. Raises `ReportError` for another end."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in ("png", "html", "npz"):
        raise ReportError(
            f"out: expected a file that ends in .png, .html or .npz, got {str(file)!r}"
        )
    return cast(Kind, kind)


def write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Arrays by name, to be opened with `numpy.load`."""
    with _open(file) as target:
        np.savez(target, allow_pickle=False, **arrays)


def write_tiles(file: Path, tiles: Sequence[tuple[str, FloatArray, bool]]) -> None:
    """Tiles side by side in a PNG, each a label, values (height, width), and whether signed.

    Signed values are drawn warm and blue around zero, unsigned ones from black to white, each
    tile relative to its own largest magnitude.
    """
    font = ImageFont.load_default(FONT_SIZE)
    sheet = Image.new("RGB", (TILE_PIXELS * len(tiles), TILE_PIXELS + LABEL_PIXELS), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (label, values, signed) in enumerate(tiles):
        left = number * TILE_PIXELS
        tile = Image.fromarray(coloured(values, signed=signed))
        tile = tile.resize((TILE_PIXELS - 4, TILE_PIXELS - 4), Image.Resampling.NEAREST)
        sheet.paste(tile, (left + 2, LABEL_PIXELS))
        pen.text((left + 4, 2), label, "black", font)
    with _open(file) as target:
        sheet.save(target, "PNG")


def coloured(values: FloatArray, *, signed: bool) -> NDArray[np.uint8]:
    """Colours (height, width, 3) of values (height, width), on the scales that all charts share.

    The end of the scale is the largest magnitude; what is not finite is grey.
    """
    finite = np.isfinite(values)
    known = np.where(finite, values, 0)
    share = known / (float(np.abs(known).max(initial=0)) or 1.0)
    places, colours = zip(*(SIGNED if signed else AMOUNT), strict=True)
    levels = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours])
    where = (share + 1) / 2 if signed else share
    mixed = np.stack([np.interp(where, places, levels[:, channel]) for channel in range(3)], -1)
    mixed[~finite] = 128
    return mixed.round().astype(np.uint8)


def write_page(file: Path, title: str, sections: Sequence[tuple[str, str, "go.Figure"]]) -> None:
    """An HTML page with plotly.js inside: a title, and sections of heading, text and figure."""
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{html.escape(title)}</title>",
        "<style>body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "</style></head><body>",
        f"<h1>{html.escape(title)}</h1>",
    ]
    for number, (heading, text, figure) in enumerate(sections):
        parts += [f"<h2>{html.escape(heading)}</h2><p>{html.escape(text)}</p>"]
        parts += [figure.to_html(full_html=False, include_plotlyjs=number == 0)]
    with _open(file) as target:
        target.write("\n".join([*parts, "</body></html>"]).encode())


def _open(file: Path) -> Any:
    try:
        return file.open("wb")
    except OSError as error:
        raise ReportError(
            f"out: expected a file that can be written, got {str(file)!r} ({error.strerror})"
        ) from None
