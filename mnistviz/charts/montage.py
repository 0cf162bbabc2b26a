"""Many small tiles in one picture: kernels, feature maps, digits."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import DARK_TEXT, NEUTRAL, heatmap, relative
from mnistviz.charts.theme import CHOSEN, MARGINS, apply_layout
from mnistviz.core.types.arrays import DoubleArray, FloatArray, IntArray
from mnistviz.texts import _

# Width of the space between two tiles, in values.
GAP = 1

# The width in pixels of a 1280 pixel window beside the sidebar.
PICTURE_WIDTH = 800
# On a page of at most this width, a row has half as many tiles, so that each is large enough.
NARROW_WIDTH = 480
MAX_HEIGHT = 760
LABEL_PIXELS = 16
# From this share of full colour, text on a square is light instead of dark.
LIGHT_TEXT_FROM = 0.7

_X_AXIS = {"visible": False, "constrain": "domain", "constraintoward": "left", "fixedrange": True}
_Y_AXIS = {
    "visible": False,
    "autorange": "reversed",
    "scaleanchor": "x",
    "constrain": "domain",
    "constraintoward": "top",
    "fixedrange": True,
}


def to_grid(tiles: FloatArray, columns: int) -> FloatArray:
    """Arrange tiles `(n, height, width)` in rows of `columns`; the last row is filled with NaN.

    Returns (rows, columns, height, width) float32 with every tile.
    """
    count, height, width = tiles.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    grid = np.full((rows * columns, height, width), np.nan, np.float32)
    grid[:count] = tiles
    return grid.reshape(rows, columns, height, width)


def join_tiles(tiles: FloatArray, row_gap: int = GAP) -> FloatArray:
    """Return one picture `(height, width)` of tiles `(rows, columns, height, width)`.

    The gaps between tiles are NaN.
    """
    padded = np.pad(tiles, ((0, 0), (0, 0), (0, row_gap), (0, GAP)), constant_values=np.nan)
    rows, columns, height, width = padded.shape
    picture = padded.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    return picture[:-row_gap, :-GAP]


def tile_centres(count: int, size: int) -> DoubleArray:
    """Return the positions `(count,)` of the centres of tiles of `size` values along an axis."""
    return np.arange(count, dtype=np.float64) * (size + GAP) + (size - 1) / 2


def tile_figure(
    tiles: FloatArray,
    largest: FloatArray,
    *,
    signed: bool,
    max_pixels: int,
    numbers: IntArray | None = None,
    naming: str = "",
    value_format: str = "",
    num_labels: int = 0,
    labels: Sequence[str] = (),
    width: int = PICTURE_WIDTH,
) -> go.Figure:
    """Return a figure of tiles `(rows, columns, height, width)` with the exact values on hover.

    `largest` (rows, columns) is the magnitude at the end of each tile's colour scale. `numbers`
    (rows, columns, k) are `%{customdata[0]}` to `[k-1]` in `naming`, the hover text of a tile;
    without them, `add_tile_points` adds a hover text. A value has at most `max_pixels`, the
    picture at most `width`. The first `num_labels` tiles have their number above them, or the
    first tiles have `labels`.
    """
    columns, breadth = tiles.shape[1], tiles.shape[3]
    labels = labels or [str(number) for number in range(num_labels)]
    pixels = min(max_pixels, (width - 2 * MARGINS["l"]) / (columns * (breadth + GAP)))
    row_gap = max(GAP, round(LABEL_PIXELS / pixels)) if labels else GAP
    picture = join_tiles(relative(tiles, largest), row_gap)
    figure = go.Figure(heatmap(picture, signed=signed, hoverongaps=False))
    if numbers is None:
        figure.update_traces(hoverinfo="skip")
    else:
        _add_value_hover(figure, tiles, numbers, naming, value_format, row_gap)
    set_image_axes(figure)
    _add_labels(figure, tiles.shape, labels, row_gap)
    return apply_layout(figure, min(MAX_HEIGHT, int(picture.shape[0] * pixels) + 2 * LABEL_PIXELS))


def _add_labels(
    figure: go.Figure, shape: tuple[int, ...], labels: Sequence[str], row_gap: int
) -> None:
    _, columns, height, width = shape
    places = [divmod(number, columns) for number in range(len(labels))]
    # In one update: adding them one by one takes longer than the rest of the figure.
    figure.update_layout(
        annotations=[
            {
                "x": column * (width + GAP) + (width - 1) / 2,
                "y": row * (height + row_gap) - 0.5,
                "text": label,
                "showarrow": False,
                "yanchor": "bottom",
                "yshift": -3,
                "font": {"size": 10},
            }
            for (row, column), label in zip(places, labels, strict=True)
        ]
    )


def _add_value_hover(
    figure: go.Figure,
    tiles: FloatArray,
    numbers: IntArray,
    naming: str,
    value_format: str,
    row_gap: int,
) -> None:
    """Add a hover text for each value of each tile."""
    count = numbers.shape[-1]
    y, x = np.arange(tiles.shape[2])[:, np.newaxis], np.arange(tiles.shape[3])
    facts: list[NDArray[Any]] = [numbers[..., i, None, None] for i in range(count)]
    facts = [np.broadcast_to(fact, tiles.shape) for fact in (*facts, y, x, tiles)]
    figure.update_traces(
        customdata=np.stack(
            [join_tiles(fact.astype(np.float32), row_gap) for fact in facts], axis=-1
        ),
        hovertemplate=_(
            "{naming}<br>row %{{customdata[{row}]}}, column %{{customdata[{column}]}}: "
            "<b>%{{customdata[{value}]:{value_format}}}</b><extra></extra>"
        ).format(
            naming=naming,
            row=count,
            column=count + 1,
            value=count + 2,
            value_format=value_format,
        ),
    )


def number_squares_figure(
    values: NDArray[Any], largest: float, texts: Sequence[str], size: int
) -> go.Figure:
    """Return a figure of signed numbers `(height, width)` as coloured squares with `texts`.

    The texts are in the order of the rows; there may be none. `largest` is the magnitude of full
    colour, `size` that of the letters in pixels.
    """
    end = largest or 1.0
    shares = np.abs(np.nan_to_num(values)) / end
    figure = go.Figure(
        heatmap(
            values,
            signed=True,
            largest=end,
            hovertemplate=_("row %{y}, column %{x}: <b>%{z:+.6f}</b><extra></extra>"),
            xgap=1,
            ygap=1,
        )
    )
    return figure.update_layout(
        annotations=[
            {
                "x": column,
                "y": row,
                "text": text,
                "showarrow": False,
                "font": {"size": size, "color": NEUTRAL if share > LIGHT_TEXT_FROM else DARK_TEXT},
            }
            for text, ((row, column), share) in zip(texts, np.ndenumerate(shares), strict=False)
        ]
    )


def tile_corners(
    figure: go.Figure, shape: tuple[int, ...], count: int
) -> tuple[IntArray, IntArray]:
    """Return column and row of the first value of the first `count` tiles of `tile_figure`.

    `shape` is that of the tiles, (rows, columns, height, width).
    """
    rows, columns, height, width = shape
    row_gap = (len(figure.data[0].z) - rows * height) // (rows - 1) if rows > 1 else GAP
    row, column = np.divmod(np.arange(count), columns)
    return column * (width + GAP), row * (height + row_gap)


def add_tile_points(
    figure: go.Figure, shape: tuple[int, ...], keys: Sequence[Any], texts: Sequence[str]
) -> None:
    """Make the tiles of `tile_figure` clickable.

    `shape` is that of the tiles, (rows, columns, height, width). The custom data of a click are
    the key of its tile; the hover text is the tile's text.
    """
    left, top = tile_corners(figure, shape, len(keys))
    add_click_points(figure, left + (shape[3] - 1) / 2, top + (shape[2] - 1) / 2, keys, texts)
    figure.data[-1].hoverlabel = {"font": {"family": "monospace", "size": 12}, "align": "left"}
    fill_width(figure)


def frame_tile(figure: go.Figure, shape: tuple[int, ...], number: int, thickness: int = 3) -> None:
    """Add a frame around a tile of `tile_figure`, `thickness` pixels wide."""
    left, top = (int(place[number]) for place in tile_corners(figure, shape, number + 1))
    add_frame(figure, left, top, shape[3], shape[2], thickness=thickness)


def add_frame(
    figure: go.Figure,
    left: int,
    top: int,
    width: int,
    height: int,
    *,
    colour: str = CHOSEN,
    thickness: int = 3,
) -> None:
    """Add a frame around values: `left` and `top` are the indices of the first, `width` a count."""
    figure.add_shape(
        type="rect",
        x0=left - 0.5,
        x1=left + width - 0.5,
        y0=top - 0.5,
        y1=top + height - 0.5,
        line={"color": colour, "width": thickness},
    )


def title_above(text: str, left: int, top: int, size: int) -> dict[str, Any]:
    """Return a Plotly annotation above the value in column `left` and row `top`."""
    return {
        "x": left - 0.5,
        "y": top - 0.5,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": size},
    }


def fill_width(figure: go.Figure) -> None:
    """Align the left edge of a picture with click points to those of other pictures.

    Plotly would add more space, for markers at the edge. Half a percent is left for a frame.
    """
    breadth = len(figure.data[0].z[0])
    space = breadth / 200
    figure.layout.xaxis.range = [-0.5 - space, breadth - 0.5 + space]


def set_image_axes(figure: go.Figure) -> None:
    """Set square pixels, the first row on top, and no visible axes."""
    # Assigned, as the axes have no settings yet: that takes a tenth of the time of an update.
    figure.layout.xaxis = _X_AXIS
    figure.layout.yaxis = _Y_AXIS


def set_view(figure: go.Figure, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
    """Show a part of a picture: from left to right, and from top to bottom."""
    figure.layout.xaxis.range = x_range
    figure.layout.yaxis.range = y_range[::-1]
    figure.layout.yaxis.autorange = False
