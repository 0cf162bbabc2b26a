"""Files of charts: numbers (npz), an image (png) or a page (html).

Opening such a file loads nothing from elsewhere.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnistviz.charts.colour_scales import Rgba, coloured, largest_magnitude, largest_of, relative
from mnistviz.charts.html_pages import TEMPLATES, render_page
from mnistviz.charts.montage import GAP, join_tiles, to_grid
from mnistviz.core.errors import ReportError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.charts import Scope

# Width of a tile with its border, and height of a label, in pixels.
TILE_PIXELS = 196
TILE_BORDER = 2
LABEL_PIXELS = 24
FONT_SIZE = 15
# Values that are not finite.
MISSING_COLOUR = "#808080"

# Widths of a sheet of grids, and pixels of a value. A sheet is wider only if its grids are.
SHEET_PIXELS, MIN_SHEET_PIXELS = 1200, 480
MIN_SCALE, MAX_SCALE = 4, 32
MARGIN = 12
# Neither the colour of a signed zero nor that of an unsigned one.
SHEET_COLOUR = "#dee2e6"


def write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name, in the format of `numpy.load`."""
    with _open(file) as target:
        np.savez(target, allow_pickle=False, **arrays)


def write_tiles(file: Path, tiles: Sequence[tuple[str, FloatArray, bool]]) -> None:
    """Write tiles side by side to a PNG: label, values (height, width), and whether signed.

    Each tile is relative to its own largest magnitude.
    """
    font = ImageFont.load_default(FONT_SIZE)
    sheet = Image.new("RGB", (TILE_PIXELS * len(tiles), TILE_PIXELS + LABEL_PIXELS), "white")
    pen = ImageDraw.Draw(sheet)
    side = TILE_PIXELS - 2 * TILE_BORDER
    for number, (label, values, signed) in enumerate(tiles):
        left = number * TILE_PIXELS + TILE_BORDER
        tile = _resized(coloured(values / largest_of(values), signed=signed), (side, side))
        sheet.paste(Image.new("RGB", tile.size, MISSING_COLOUR), (left, LABEL_PIXELS))
        sheet.paste(tile, (left, LABEL_PIXELS), tile)
        pen.text((left + 2, 2), label, "black", font)
    _save(file, sheet)


def write_grids(
    file: Path, grids: Sequence[tuple[str, FloatArray, bool]], scope: Scope, largest_of_all: float
) -> None:
    """Write grids below each other to a PNG.

    A grid is a title, tiles (rows, columns, height, width), and whether they are signed. Colours
    are relative to the largest magnitude within `scope`. All values of a file have the same size
    in pixels; a grid with one row that is too long gets more rows.
    """
    font = ImageFont.load_default(FONT_SIZE)
    fitting = [(title, _fitting(tiles), signed) for title, tiles, signed in grids]
    widest = max(tiles.shape[1] * (tiles.shape[3] + GAP) for _, tiles, _ in fitting)
    scale = max(1, min(MAX_SCALE, SHEET_PIXELS // widest))
    pictures = []
    for title, tiles, signed in fitting:
        largest = largest_magnitude(tiles, scope, largest_of_all)
        colours = coloured(join_tiles(relative(tiles, largest)), signed=signed)
        size = (colours.shape[1] * scale, colours.shape[0] * scale)
        pictures.append((title, _resized(colours, size)))
    width = max(MIN_SHEET_PIXELS, *(picture.width for _, picture in pictures)) + 2 * MARGIN
    height = sum(picture.height + LABEL_PIXELS + MARGIN for _, picture in pictures) + MARGIN
    sheet = Image.new("RGB", (width, height), SHEET_COLOUR)
    pen, top = ImageDraw.Draw(sheet), MARGIN
    for title, picture in pictures:
        pen.text((MARGIN, top), title, "black", font)
        sheet.paste(picture, (MARGIN, top + LABEL_PIXELS), picture)
        top += picture.height + LABEL_PIXELS + MARGIN
    _save(file, sheet)


def _fitting(tiles: FloatArray) -> FloatArray:
    """Return tiles of a single row in as many rows as the sheet needs; others unchanged."""
    if tiles.shape[0] > 1:
        return tiles
    return to_grid(tiles[0], max(1, SHEET_PIXELS // (MIN_SCALE * (tiles.shape[3] + GAP))))


def _resized(colours: Rgba, size: tuple[int, int]) -> Image.Image:
    """Return an image of `size` (width, height), each value a square or a rectangle."""
    return Image.fromarray(colours).resize(size, Image.Resampling.NEAREST)


def write_page(file: Path, title: str, sections: Sequence[tuple[str, str, go.Figure]]) -> None:
    """Write an HTML page: a title, and sections of heading, text and figure."""
    write_text(file, render_page(TEMPLATES / "figures.html", title, sections=sections))


def write_text(file: Path, text: str) -> None:
    """Write a text as UTF-8. Raises `ReportError` if the file can't be written."""
    with _open(file) as target:
        target.write(text.encode())


def _save(file: Path, image: Image.Image) -> None:
    with _open(file) as target:
        image.save(target, "PNG")


def _open(file: Path) -> Any:
    try:
        return file.open("wb")
    except OSError as error:
        raise ReportError(
            f"out: expected a file that can be written, got {str(file)!r} ({error.strerror})"
        ) from None
