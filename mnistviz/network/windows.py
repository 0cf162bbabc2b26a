"""Layers that slide a window over maps, forward and backward, in NumPy.

A batch of maps is (n, height, width, channels), a kernel (height, width, inputs, outputs), as in
Keras. Windows are `stride` places apart and lie within the maps: `padded` adds a border before.
"""

from collections.abc import Iterator
from typing import TypeVar, cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnistviz.core.layers.layer import Layer
from mnistviz.core.types.arrays import FloatArray, RealArray

# Rounding errors of float64 values, as a share of the largest.
ROUNDING = 1e-12

Number = TypeVar("Number", bound=np.generic)

Slices = tuple[slice, slice, slice]


def convolution(
    values: RealArray, kernel: FloatArray, bias: FloatArray, stride: int = 1
) -> RealArray:
    """The convolution without padding, with its bias and without its activation."""
    height, width, inputs, outputs = kernel.shape
    n = len(values)
    rows = (values.shape[1] - height) // stride + 1
    columns = (values.shape[2] - width) // stride + 1
    # Each patch of the kernel's size is a row of one matrix (Chellapilla et al. 2006). A row of a
    # patch is contiguous in memory: width · inputs numbers.
    of_rows = as_rows(np.ascontiguousarray(values))
    patches = sliding_window_view(of_rows, (height, width * inputs), (1, 2))
    patches = patches[:, ::stride, :: inputs * stride]
    sums = patches.reshape(-1, height * width * inputs) @ kernel.reshape(-1, outputs)
    maps = cast(RealArray, sums.reshape(n, rows, columns, outputs))
    as_rows(maps)[:] += repeat_along_rows(bias, maps)
    return maps


def convolution_gradient(
    upstream: RealArray, kernel: FloatArray, stride: int = 1, sides: tuple[int, ...] = ()
) -> RealArray:
    """The gradient of a convolution with respect to its input, which has the sides `sides`.

    It is a convolution, too: of the padded gradient, with zeros between its places where the
    stride is not 1, with the kernel turned by 180° and with inputs and outputs exchanged.
    """
    height, width, inputs, _ = kernel.shape
    if stride > 1:
        n, rows, columns, outputs = upstream.shape
        apart = (n, (rows - 1) * stride + 1, (columns - 1) * stride + 1, outputs)
        spread = np.zeros(apart, upstream.dtype)
        spread[:, ::stride, ::stride] = upstream
        upstream = spread
    # The last rows and columns may be under no window.
    rest = [
        side - (own + window - 1)
        for side, own, window in zip(sides, upstream.shape[1:3], (height, width), strict=False)
    ] or [0, 0]
    borders = ((height - 1, height - 1 + rest[0]), (width - 1, width - 1 + rest[1]))
    padded = np.pad(upstream, ((0, 0), *borders, (0, 0)))
    turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
    return convolution(padded, turned, np.zeros(inputs, np.float32))


def depthwise(values: RealArray, kernel: FloatArray, stride: int) -> RealArray:
    """Each channel's own convolution, without bias. `kernel` is (height, width, channels, 1)."""
    return cast(
        RealArray,
        sum(
            values[place] * kernel[y, x, :, 0]
            for y, x, place in _places(values.shape, len(kernel), stride)
        ),
    )


def depthwise_gradient(
    values: RealArray, upstream: RealArray, kernel: FloatArray, stride: int
) -> RealArray:
    """The gradient of `depthwise` with respect to `values`."""
    gradient = np.zeros(values.shape, upstream.dtype)
    for y, x, place in _places(values.shape, len(kernel), stride):
        gradient[place] += upstream * kernel[y, x, :, 0]
    return gradient


def max_pool(values: RealArray, window: int = 2, stride: int = 2) -> RealArray:
    """The largest of each square; last rows and columns under no square are left out."""
    if window == stride == 2:
        # In two passes over half of the values: faster.
        rows = np.maximum(values[:, :-1:2], values[:, 1::2])
        return np.maximum(rows[:, :, :-1:2], rows[:, :, 1::2])
    squares = [values[place] for _, _, place in _places(values.shape, window, stride)]
    return cast(RealArray, np.maximum.reduce(squares))


def max_pool_gradient(
    values: RealArray, largest: RealArray, upstream: RealArray, window: int = 2, stride: int = 2
) -> RealArray:
    """The gradient of `max_pool`: it goes to the first of equal values, row by row.

    Values that differ by rounding alone count as equal: squares of plain background have four
    times the same value.
    """
    gradient = np.zeros(values.shape, upstream.dtype)
    least = largest - ROUNDING * np.abs(largest).max(initial=0)
    free = np.ones(largest.shape, bool)
    for _, _, place in _places(values.shape, window, stride):
        first = (values[place] >= least) & free
        gradient[place] += upstream * first
        free &= ~first
    return gradient


def average_pool(layer: Layer, values: RealArray) -> RealArray:
    """The mean of each square; a border that `same` adds does not count."""
    padded = pad(layer, values)
    squares = [padded[place] for _, _, place in _places(padded.shape, layer.window, layer.stride)]
    return cast(RealArray, sum(squares) / _counts(layer, values))


def average_pool_gradient(layer: Layer, values: RealArray, upstream: RealArray) -> RealArray:
    """The gradient of `average_pool` with respect to `values`."""
    padded = np.zeros(pad(layer, values).shape, upstream.dtype)
    share = upstream / _counts(layer, values).astype(upstream.dtype)
    for _, _, place in _places(padded.shape, layer.window, layer.stride):
        padded[place] += share
    return unpadded(layer, values, padded)


def _counts(layer: Layer, values: RealArray) -> FloatArray:
    """The number of values in each square without the border, (1, rows, columns, 1)."""
    ones = pad(layer, np.ones((1, *values.shape[1:3], 1), np.float32))
    squares = [ones[place] for _, _, place in _places(ones.shape, layer.window, layer.stride)]
    return cast(FloatArray, sum(squares))


def _places(shape: tuple[int, ...], window: int, stride: int) -> Iterator[tuple[int, int, Slices]]:
    """Each place of a window, row by row, and the values that are there in all windows."""
    rows, columns = ((side - window) // stride for side in shape[1:3])
    for y, x in np.ndindex(window, window):
        down = slice(y, y + rows * stride + 1, stride)
        along = slice(x, x + columns * stride + 1, stride)
        yield y, x, (slice(None), down, along)


def pad(layer: Layer, values: RealArray, number: float = 0.0) -> RealArray:
    """The maps with the border that a layer with the padding `same` adds, as Keras adds it."""
    if layer.padding != "same":
        return values
    borders = [border(layer, side) for side in values.shape[1:3]]
    return np.pad(values, ((0, 0), *borders, (0, 0)), constant_values=number)


def unpadded(layer: Layer, values: RealArray, padded: RealArray) -> RealArray:
    """The part of padded maps that has the places of `values`."""
    if layer.padding != "same":
        return padded
    (top, _), (left, _) = (border(layer, side) for side in values.shape[1:3])
    return padded[:, top : top + values.shape[1], left : left + values.shape[2]]


def border(layer: Layer, side: int) -> tuple[int, int]:
    """Rows that the padding `same` adds before and after maps of a side; the odd one is after."""
    count = -(-side // layer.stride)
    total = max(0, (count - 1) * layer.stride + layer.window - side)
    return total // 2, total - total // 2


def as_rows(maps: RealArray) -> RealArray:
    """Maps (n, height, width, channels) as (n, height, width · channels), in the same memory.

    NumPy is fast along a row, and slow along a few channels.
    """
    return maps.reshape(*maps.shape[:2], -1)


def repeat_along_rows(numbers: NDArray[Number], maps: RealArray) -> NDArray[Number]:
    """Numbers (channels,) repeated for each place of a row of maps: (width · channels,)."""
    return np.tile(numbers, maps.shape[2])
