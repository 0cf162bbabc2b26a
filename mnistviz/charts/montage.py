"""Many small tiles in one picture: kernels, feature maps, digits."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.theme import AMOUNT, CHOSEN, MARGINS, SIGNED, apply_layout
from mnistviz.core.rows import FloatArray

IntArray = NDArray[np.int_]

# Width of the page between two tiles, in values.
GAP = 1

# What a window of 1280 pixels has room for beside the sidebar.
PICTURE_WIDTH = 800
# Where the page is this narrow, a row has half as many tiles: each stays large enough to see.
NARROW_WIDTH = 480
MAX_HEIGHT = 760
LABEL_PIXELS = 16
# On a white or off-white square, text is dark; beyond this share of full colour it is light.
DARK_FROM = 0.7


_ACROSS = {
    "visible": False,
    "constrain": "domain",
    "constraintoward": "left",
    "fixedrange": True,
}
_DOWN = {
    "visible": False,
    "autorange": "reversed",
    "scaleanchor": "x",
    "constrain": "domain",
    "constraintoward": "top",
    "fixedrange": True,
}


def to_grid(tiles: FloatArray, columns: int) -> FloatArray:
    """Arrange `(n, height, width)` tiles in rows of `columns`; the last row is filled with NaN.

    Returns (rows, columns, height, width) float32: every tile, none dropped.
    """
    count, height, width = tiles.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    grid = np.full((rows * columns, height, width), np.nan, np.float32)
    grid[:count] = tiles
    return grid.reshape(rows, columns, height, width)


def join_tiles(tiles: FloatArray, row_gap: int = GAP) -> FloatArray:
    """One picture `(height, width)` of tiles `(rows, columns, height, width)`, NaN in the gaps."""
    framed = np.pad(tiles, ((0, 0), (0, 0), (0, row_gap), (0, GAP)), constant_values=np.nan)
    rows, columns, height, width = framed.shape
    picture = framed.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    return picture[:-row_gap, :-GAP]


def tile_centres(count: int, size: int) -> NDArray[np.float64]:
    """Where along an axis the centres of `count` tiles of `size` values lie."""
    return np.arange(count, dtype=np.float64) * (size + GAP) + (size - 1) / 2


def tile_figure(
    tiles: FloatArray,
    largest: FloatArray,
    *,
    signed: bool,
    max_pixels: int,
    numbers: NDArray[np.int_] | None = None,
    naming: str = "",
    value_format: str = "",
    num_labels: int = 0,
    labels: Sequence[str] = (),
    width: int = PICTURE_WIDTH,
) -> go.Figure:
    """A figure of tiles `(rows, columns, height, width)` with the exact values on hover.

    `largest` (rows, columns) is the magnitude at the end of each tile's colour
    scale. `numbers` (rows, columns, k) are what `naming`, the hover text of a
    tile, calls `%{customdata[0]}` to `[k-1]`; without them, `add_tile_points` says
    what a tile is. A value gets at most `max_pixels`, the picture at most `width`.
    The first `num_labels` tiles get their number above them, or `labels` theirs.
    """
    _, columns, height, breadth = tiles.shape
    labels = labels or [str(number) for number in range(num_labels)]
    pixels = min(max_pixels, (width - 2 * MARGINS["l"]) / (columns * (breadth + GAP)))
    row_gap = max(GAP, round(LABEL_PIXELS / pixels)) if labels else GAP
    picture = join_tiles(tiles / largest[..., np.newaxis, np.newaxis], row_gap)
    figure = go.Figure(
        go.Heatmap(
            z=picture,
            hoverongaps=False,
            colorscale=SIGNED if signed else AMOUNT,
            zmin=-1 if signed else 0,
            zmax=1,
            showscale=False,
        )
    )
    if numbers is None:
        figure.update_traces(hoverinfo="skip")
    else:
        _say_each_value(figure, tiles, numbers, naming, value_format, row_gap)
    set_image_axes(figure)
    corners = [divmod(number, columns) for number in range(len(labels))]
    # All at once: one by one, they take most of the time that the figure takes.
    figure.update_layout(
        annotations=[
            {
                "x": column * (breadth + GAP) + (breadth - 1) / 2,
                "y": row * (height + row_gap) - 0.5,
                "text": label,
                "showarrow": False,
                "yanchor": "bottom",
                "yshift": -3,
                "font": {"size": 10},
            }
            for (row, column), label in zip(corners, labels, strict=True)
        ]
    )
    return apply_layout(figure, min(MAX_HEIGHT, int(picture.shape[0] * pixels) + 2 * LABEL_PIXELS))


def number_squares_figure(
    values: NDArray[Any], largest: float, texts: Sequence[str], size: int
) -> go.Figure:
    """Numbers `(height, width)` as coloured squares with `texts`, row by row, written into them.

    `largest` is the magnitude of full colour, `size` that of the letters in pixels.
    """
    end = largest or 1.0
    shares = np.abs(np.nan_to_num(values)) / end
    figure = go.Figure(
        go.Heatmap(
            z=values,
            hovertemplate="row %{y}, column %{x}: <b>%{z:+.6f}</b><extra></extra>",
            colorscale=SIGNED,
            zmin=-end,
            zmax=end,
            showscale=False,
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
                "font": {"size": size, "color": "#f6f5f1" if share > DARK_FROM else "#1b2333"},
            }
            for text, ((row, column), share) in zip(texts, np.ndenumerate(shares), strict=False)
        ]
    )


def _say_each_value(
    figure: go.Figure,
    tiles: FloatArray,
    numbers: NDArray[np.int_],
    naming: str,
    value_format: str,
    row_gap: int,
) -> None:
    """Hover text for each value of each tile."""
    num_numbers = numbers.shape[-1]
    y, x = np.arange(tiles.shape[2])[:, np.newaxis], np.arange(tiles.shape[3])
    facts: list[NDArray[Any]] = [numbers[..., i, None, None] for i in range(num_numbers)]
    facts = [np.broadcast_to(fact, tiles.shape) for fact in (*facts, y, x, tiles)]
    where, value = num_numbers, num_numbers + 2
    figure.update_traces(
        customdata=np.stack(
            [join_tiles(fact.astype(np.float32), row_gap) for fact in facts], axis=-1
        ),
        hovertemplate=f"{naming}<br>row %{{customdata[{where}]}}, "
        f"column %{{customdata[{where + 1}]}}: "
        f"<b>%{{customdata[{value}]:{value_format}}}</b><extra></extra>",
    )


def tile_corners(
    figure: go.Figure, shape: tuple[int, ...], count: int
) -> tuple[IntArray, IntArray]:
    """Column and row of the first value of the first `count` tiles in a figure of tiles."""
    rows, columns, height, width = shape
    row_gap = (len(figure.data[0].z) - rows * height) // (rows - 1) if rows > 1 else GAP
    row, column = np.divmod(np.arange(count), columns)
    return column * (width + GAP), row * (height + row_gap)


def add_tile_points(
    figure: go.Figure, shape: tuple[int, ...], keys: Sequence[Any], texts: Sequence[str]
) -> None:
    """Make the tiles of `tile_figure` tell hovers and clicks, which a heatmap does not.

    `shape` is that of the tiles, (rows, columns, height, width). A click on a tile hands
    over its key as custom data; pointing at it shows its text.
    """
    left, top = tile_corners(figure, shape, len(keys))
    add_click_points(figure, left + (shape[3] - 1) / 2, top + (shape[2] - 1) / 2, keys, texts)
    figure.data[-1].hoverlabel = {"font": {"family": "monospace", "size": 12}, "align": "left"}
    fill_width(figure)


def frame_tile(figure: go.Figure, shape: tuple[int, ...], number: int, thickness: int = 3) -> None:
    """Frame a tile of `tile_figure`, in pixels `thickness`."""
    left, top = (int(place[number]) for place in tile_corners(figure, shape, number + 1))
    figure.add_shape(
        type="rect",
        x0=left - 0.5,
        x1=left + shape[3] - 0.5,
        y0=top - 0.5,
        y1=top + shape[2] - 0.5,
        line={"color": CHOSEN, "width": thickness},
    )


def fill_width(figure: go.Figure) -> None:
    """Have a picture with points on it begin where others do, with room for a frame's line.

    Plotly would leave room around the points, which are not to be seen.
    """
    breadth = len(figure.data[0].z[0])
    room = breadth / 200
    figure.layout.xaxis.range = [-0.5 - room, breadth - 0.5 + room]


def set_image_axes(figure: go.Figure) -> None:
    """Square pixels, first row on top, no axes."""
    # Assigned, which takes a tenth of the time of an update. The figure has no settings yet.
    figure.layout.xaxis = _ACROSS
    figure.layout.yaxis = _DOWN


def set_view(figure: go.Figure, across: tuple[float, float], down: tuple[float, float]) -> None:
    """Show a part of a picture: from left to right, from top to bottom."""
    figure.layout.xaxis.range = across
    figure.layout.yaxis.range = down[::-1]
    figure.layout.yaxis.autorange = False
