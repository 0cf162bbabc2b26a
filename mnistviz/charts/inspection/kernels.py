"""All kernels of a convolution in one picture, a few kernels, and one kernel."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import largest_magnitude
from mnistviz.charts.montage import (
    MAX_HEIGHT,
    NARROW_WIDTH,
    PICTURE_WIDTH,
    add_tile_points,
    frame_tile,
    number_squares_figure,
    set_image_axes,
    tile_centres,
    tile_figure,
    to_grid,
)
from mnistviz.charts.theme import apply_layout
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.charts import Scope
from mnistviz.texts import _

# Kernels in a row for a layer with one input channel, and for one with more than `MANY` output
# channels on a wide page.
COLUMNS_OF_SINGLE_INPUT = 5
COLUMNS_OF_MANY = 16
MANY = 20
# Pixels of a channel's number at an axis.
LABEL_WIDTH, LABEL_HEIGHT = 20, 14
AXES_HEIGHT = 24

MAX_PIXELS_PER_WEIGHT = 40
# With more weights side by side than this, a tile is only a few pixels wide.
SMALL_FROM = 100


def kernel_matrix_figure(
    kernel: FloatArray,
    scope: Scope,
    largest_of_all: float,
    width: int = PICTURE_WIDTH,
    order: tuple[Sequence[int], Sequence[int]] | None = None,
    chosen: tuple[int, int] | None = None,
    output_name: str = "output channel",
) -> go.Figure:
    """Return all kernels of a layer: a row for each input and a column for each output channel.

    `kernel` is (height, width, inputs, outputs) float32. Colours are relative to the largest
    magnitude within `scope`; the hover text has the weights. `order` lists the input and the
    output channels in the order to show; `chosen` (input, output) has a frame. The custom data of
    a click are (input, output).
    """
    num_inputs, num_outputs = kernel.shape[2:]
    rows, columns = order or (range(num_inputs), range(num_outputs))
    tiles = np.moveaxis(kernel, (2, 3), (0, 1))[np.ix_(list(rows), list(columns))]
    keys = [(int(row), int(column)) for row in rows for column in columns]
    single = num_inputs == 1
    if single:
        many = num_outputs > MANY and width > NARROW_WIDTH
        tiles = to_grid(tiles[0], COLUMNS_OF_MANY if many else COLUMNS_OF_SINGLE_INPUT)
    figure = tile_figure(
        tiles,
        largest_magnitude(tiles, scope, largest_of_all),
        signed=True,
        max_pixels=MAX_PIXELS_PER_WEIGHT,
        labels=[str(column) for _, column in keys] if single else (),
        width=width,
    )
    add_tile_points(
        figure, tiles.shape, keys, [_hover(kernel, *key, single, output_name) for key in keys]
    )
    if chosen in keys:
        # A thick frame would cover a small tile.
        small = tiles.shape[1] * tiles.shape[3] > SMALL_FROM
        frame_tile(figure, tiles.shape, keys.index(chosen), 1 if small else 3)
    if not single:
        # As large as a tile can be drawn.
        pixels = min(width / num_outputs, MAX_HEIGHT / num_inputs)
        _add_channel_axes(figure, tiles.shape, rows, columns, pixels, output_name)
    return figure


def _add_channel_axes(
    figure: go.Figure,
    shape: tuple[int, ...],
    rows: Sequence[int],
    columns: Sequence[int],
    pixels: float,
    output_name: str,
) -> None:
    """Add axes with the numbers of the channels, as many as fit if a tile has `pixels`."""
    num_inputs, num_outputs, height, breadth = shape
    every, every_row = (max(1, math.ceil(size / pixels)) for size in (LABEL_WIDTH, LABEL_HEIGHT))
    shared = {"visible": True, "showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_xaxes(
        **shared,
        tickvals=tile_centres(num_outputs, breadth)[::every],
        ticktext=list(columns)[::every],
        tickangle=0,
        side="top",
        title=output_name,
    )
    figure.update_yaxes(
        **shared,
        tickvals=tile_centres(num_inputs, height)[::every_row],
        ticktext=list(rows)[::every_row],
        title=_("input channel"),
    )
    # Again, as the margins depend on the axes.
    apply_layout(figure, figure.layout.height + AXES_HEIGHT)


def _hover(
    kernel: FloatArray, input_channel: int, output_channel: int, single: bool, output_name: str
) -> str:
    """Return the hover text of a kernel: its channels, and a line for each row of weights."""
    weights = kernel[:, :, input_channel, output_channel]
    digits = 4 if weights.size <= 9 else 2
    lines = [" ".join(f"{weight:+.{digits}f}" for weight in row) for row in weights]
    name = (
        _("channel {output_channel}").format(output_channel=output_channel)
        if single
        else _("{output_name} {output_channel}, input channel {input_channel}").format(
            output_name=output_name, output_channel=output_channel, input_channel=input_channel
        )
    )
    return "<br>".join([f"<b>{name}</b>", *lines])


def kernel_figure(weights: FloatArray, largest: float, height: int = 260) -> go.Figure:
    """Return one kernel `(height, width)` float32 with its weights written into it."""
    few = weights.size <= 9
    texts = [_short(float(weight), 4 if few else 2) for weight in weights.flat]
    figure = number_squares_figure(weights, largest, texts, 14 if few else 9)
    set_image_axes(figure)
    return apply_layout(figure, height)


def _short(weight: float, digits: int) -> str:
    """Return a weight with its sign, which is as wide for negative as for positive ones."""
    return f"{weight:+.{digits}f}".replace("-", "−")


def kernel_row_figure(kernels: FloatArray, names: Sequence[str], width: int) -> go.Figure:
    """Return a few kernels `(n, height, width)` float32, each on a colour scale of its own."""
    tiles = to_grid(kernels, 4 if width <= NARROW_WIDTH else len(kernels))
    figure = tile_figure(
        tiles,
        largest_magnitude(tiles, "tile", 1.0),
        signed=True,
        max_pixels=20,
        labels=names,
        width=width,
    )
    texts = [
        "<br>".join([f"<b>{name}</b>", *(" ".join(f"{w:+.4f}" for w in row) for row in kernel)])
        for name, kernel in zip(names, kernels, strict=True)
    ]
    add_tile_points(figure, tiles.shape, list(range(len(kernels))), texts)
    return figure
