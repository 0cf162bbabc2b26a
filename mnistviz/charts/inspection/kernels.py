"""Every kernel of a convolution, signed, in one picture; and one kernel in full."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

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
from mnistviz.charts.scale import Scope, largest_magnitude
from mnistviz.charts.theme import apply_layout
from mnistviz.core.rows import FloatArray

# A layer with one input has one kernel a channel: they go in rows of so many, or of more where
# there are many of them and the page is wide.
COLUMNS_OF_SINGLE_INPUT = 5
COLUMNS_OF_MANY = 16
MANY = 20
# What a channel's number needs, beside its neighbour's and below it.
LABEL_WIDTH, LABEL_HEIGHT = 20, 14

MAX_PIXELS_PER_WEIGHT = 40
# Beyond so many weights side by side, a tile is a few pixels wide.
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
    """All kernels of a layer: a row for each input channel, a column for each output channel.

    `kernel` is (height, width, inputs, outputs) float32. Colours are relative to
    the largest magnitude within `scope`; the hover text has the weights themselves.
    `order` lists the input and the output channels as they are to be shown; `chosen`
    (input, output) is framed. A click tells the two channels as custom data.
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
        figure,
        tiles.shape,
        keys,
        [_hover(kernel, *key, single, output_name) for key in keys],
    )
    if chosen in keys:
        # A frame as thick as ever would cover a small tile.
        small = tiles.shape[1] * tiles.shape[3] > SMALL_FROM
        frame_tile(figure, tiles.shape, keys.index(chosen), 1 if small else 3)
    if single:
        return figure
    shared = {"visible": True, "showgrid": False, "zeroline": False, "ticks": ""}
    # As large as a tile can be drawn: of a large layer, not each number has room.
    pixels = min(width / num_outputs, MAX_HEIGHT / num_inputs)
    every, every_row = (max(1, math.ceil(room / pixels)) for room in (LABEL_WIDTH, LABEL_HEIGHT))
    figure.update_xaxes(
        **shared,
        tickvals=tile_centres(num_outputs, tiles.shape[3])[::every],
        ticktext=list(columns)[::every],
        tickangle=0,
        side="top",
        title=output_name,
    )
    figure.update_yaxes(
        **shared,
        tickvals=tile_centres(num_inputs, tiles.shape[2])[::every_row],
        ticktext=list(rows)[::every_row],
        title="input channel",
    )
    # Once more: the axes want room.
    return apply_layout(figure, figure.layout.height + 24)


def _hover(
    kernel: FloatArray, input_channel: int, output_channel: int, single: bool, output_name: str
) -> str:
    """A kernel's channels and all of its weights, as a block of numbers."""
    weights = kernel[:, :, input_channel, output_channel]
    digits = 4 if weights.size <= 9 else 2
    lines = [" ".join(f"{weight:+.{digits}f}" for weight in row) for row in weights]
    name = (
        f"channel {output_channel}"
        if single
        else f"{output_name} {output_channel}, input channel {input_channel}"
    )
    return "<br>".join([f"<b>{name}</b>", *lines])


def kernel_figure(weights: FloatArray, largest: float, height: int = 260) -> go.Figure:
    """One kernel `(height, width)` float32 with its numbers written into it."""
    few = weights.size <= 9
    texts = [_shortly(float(weight), 4 if few else 2) for weight in weights.flat]
    figure = number_squares_figure(weights, largest, texts, 14 if few else 9)
    set_image_axes(figure)
    return apply_layout(figure, height)


def _shortly(weight: float, digits: int) -> str:
    """A weight with its sign and without the zero before the point."""
    return f"{weight:+.{digits}f}".replace("+0.", "+.").replace("-0.", "−.")


def kernel_row_figure(kernels: FloatArray, names: Sequence[str], width: int) -> go.Figure:
    """A few kernels `(n, height, width)` float32 side by side, each in its own full colour."""
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
