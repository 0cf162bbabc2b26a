"""What a page shows, as one file: numbers (npz), a picture (png) or a page (html).

Nothing in such a file is fetched from anywhere when it is opened.
"""

import base64
import html
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnistviz.charts.colour_scales import coloured as coloured_tiles
from mnistviz.charts.montage import GAP, join_tiles, to_grid
from mnistviz.charts.scale import Scope, largest_magnitude
from mnistviz.charts.theme import AMOUNT, SIGNED
from mnistviz.core.errors import ReportError
from mnistviz.core.rows import FloatArray

if TYPE_CHECKING:
    import plotly.graph_objects as go

Kind = Literal["png", "html", "npz"]

TILE_PIXELS = 196
LABEL_PIXELS = 24
FONT_SIZE = 15

# A sheet of grids: how wide it is at most where its tiles allow, and pixels for each value.
SHEET_PIXELS, SHEET_LEAST = 1200, 480
MIN_SCALE, MAX_SCALE = 4, 32
MARGIN = 12
# Neither the paper of a signed zero nor the black of no ink.
SHEET_COLOUR = "#dee2e6"

STYLE = """
body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2333}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #dee2e6}
th[scope=row]{text-align:left}
.wide{overflow-x:auto}
.images{display:flex;flex-wrap:wrap;gap:.4rem}
figure{margin:0;text-align:center;font-size:.75rem}
img{width:56px;height:56px;image-rendering:pixelated;display:block;margin:auto}
"""


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


def write_grids(
    file: Path, grids: Sequence[tuple[str, FloatArray, bool]], scope: Scope, largest_of_all: float
) -> None:
    """Grids below each other in a PNG: title, tiles (rows, columns, height, width), whether signed.

    Colours are relative to the largest magnitude within `scope`, of an input too where the
    scope is all. Every tile of a file has the same scale; one row that is too long is broken.
    """
    font = ImageFont.load_default(FONT_SIZE)
    broken = [(title, _fitting(tiles), signed) for title, tiles, signed in grids]
    widest = max(tiles.shape[1] * (tiles.shape[3] + GAP) for _, tiles, _ in broken)
    scale = max(1, min(MAX_SCALE, SHEET_PIXELS // widest))
    parts = []
    for title, tiles, signed in broken:
        ends = largest_magnitude(tiles, scope, largest_of_all)[..., np.newaxis, np.newaxis]
        picture = Image.fromarray(coloured_tiles(join_tiles(tiles / ends), signed=signed))
        size = (picture.width * scale, picture.height * scale)
        parts.append((title, picture.resize(size, Image.Resampling.NEAREST)))
    width = max(SHEET_LEAST, *(picture.width for _, picture in parts)) + 2 * MARGIN
    height = sum(picture.height + LABEL_PIXELS + MARGIN for _, picture in parts) + MARGIN
    sheet = Image.new("RGB", (width, height), SHEET_COLOUR)
    pen, top = ImageDraw.Draw(sheet), MARGIN
    for title, picture in parts:
        pen.text((MARGIN, top), title, "black", font)
        sheet.paste(picture, (MARGIN, top + LABEL_PIXELS), picture)
        top += picture.height + LABEL_PIXELS + MARGIN
    with _open(file) as target:
        sheet.save(target, "PNG")


def _fitting(tiles: FloatArray) -> FloatArray:
    """Tiles of a single row in as many rows as the sheet needs; others as they are."""
    if tiles.shape[0] > 1:
        return tiles
    return to_grid(tiles[0], max(1, SHEET_PIXELS // (MIN_SCALE * (tiles.shape[3] + GAP))))


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
    parts = []
    for number, (heading, text, figure) in enumerate(sections):
        parts += [heading_part(heading), text_part(text), figure_part(figure, first=number == 0)]
    write_text(file, page_of(title, parts))


def page_of(title: str, parts: Sequence[str]) -> str:
    """An HTML page of parts, each made by one of the functions below."""
    return "\n".join(
        [
            "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width'>",
            f"<title>{html.escape(title)}</title>",
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{html.escape(title)}</h1>",
            *parts,
            "</body></html>",
        ]
    )


def heading_part(text: str) -> str:
    """A heading of an HTML page."""
    return f"<h2>{html.escape(text)}</h2>"


def text_part(text: str) -> str:
    """A paragraph of an HTML page."""
    return f"<p>{html.escape(text)}</p>"


def figure_part(figure: "go.Figure", *, first: bool) -> str:
    """A figure of an HTML page. The first one brings plotly.js, which the others use."""
    config = {"displayModeBar": False, "responsive": True}
    # On a page, Streamlit chooses colours and makes room for ticks; here the figure does.
    figure.update_layout(template="plotly_white")
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return str(figure.to_html(full_html=False, include_plotlyjs=first, config=config))


def table_part(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of an HTML page; the first cell of a row is its heading."""
    head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in header)
    lines = []
    for first, *others in rows:
        cells = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in others)
        lines.append(f"<tr><th scope='row'>{html.escape(str(first))}</th>{cells}</tr>")
    return f"<div class='wide'><table><tr>{head}</tr>{''.join(lines)}</table></div>"


def images_part(images: NDArray[np.uint8], captions: Sequence[str]) -> str:
    """Images `(n, height, width)` uint8, 255 = white, side by side, each with a caption."""
    figures = []
    for image, caption in zip(images, captions, strict=True):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        text = html.escape(caption)
        figures.append(
            f"<figure><img src='data:image/png;base64,{data}' alt='{text}'>"
            f"<figcaption>{text}</figcaption></figure>"
        )
    return f"<div class='images'>{''.join(figures)}</div>"


def write_text(file: Path, text: str) -> None:
    """Write a text as UTF-8. Raises `ReportError` where it can't be."""
    with _open(file) as target:
        target.write(text.encode())


def _open(file: Path) -> Any:
    try:
        return file.open("wb")
    except OSError as error:
        raise ReportError(
            f"out: expected a file that can be written, got {str(file)!r} ({error.strerror})"
        ) from None
