"""The parts of one value of a convolution, and its trace back to the pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnistviz.core.model_spec import ModelSpec, normalization_name
from mnistviz.core.types.arrays import DoubleArray, FloatArray, Weights
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.inspection.image.receptive_field import Field, field_of
from mnistviz.inspection.kernels.batch_norm_folding import gain_and_shift


@dataclass(frozen=True)
class Parts:
    """The computation of one value, step by step.

    `patch`, `kernel` and `products` are (height, width, inputs); `sums` (inputs,) are the
    products added up for each input channel; all of them and `bias` give `total`. `relu`,
    `gain`, `shift` and `normalized` are None where the layer has no such step.
    """

    patch: DoubleArray
    kernel: DoubleArray
    products: DoubleArray
    sums: DoubleArray
    bias: float
    total: float
    relu: float | None
    gain: float | None
    shift: float | None
    normalized: float | None

    @property
    def output(self) -> float:
        """The output of the layer."""
        candidates = (self.normalized, self.relu, self.total)
        return next(value for value in candidates if value is not None)


@dataclass(frozen=True)
class Link:
    """One value on the way from a score back to a pixel.

    `total` is the layer's sum there, `output` its output. `product` is its contribution to the
    value before it in the list, and `share` its part of all positive contributions there (products
    and bias); both None for the score itself.
    """

    layer: str
    channel: int
    row: int
    column: int
    total: float
    output: float
    product: float | None
    share: float | None
    field: Field


def inputs_of(stages: Sequence[LayerOutput], image: FloatArray, layer: str) -> FloatArray:
    """The input (height, width, channels) of a convolution: the stage before its own."""
    before = image[..., np.newaxis]
    for one in stages:
        if one.layer == layer and one.stage == "convolution":
            return before
        before = one.values
    raise KeyError(layer)


def take_apart(
    inputs: FloatArray, weights: Weights, model: ModelSpec, layer: str, place: tuple[int, int, int]
) -> Parts:
    """The parts of the value at `place` (row, column, channel) of a convolution's maps.

    `inputs` (height, width, channels) is the input of the layer. Computed in float64, so the parts
    add up to more digits than the network's own float32.
    """
    row, column, channel = place
    kernel = weights[layer]["kernel"][..., channel].astype(np.float64)
    height, width = kernel.shape[:2]
    patch = inputs[row : row + height, column : column + width].astype(np.float64)
    products = patch * kernel
    bias = float(weights[layer]["bias"][channel])
    total = float(products.sum()) + bias
    spec = next(one for one in model.layers if one.name == layer)
    relu = max(total, 0.0) if spec.relu else None
    gain = shift = normalized = None
    norm = normalization_name(layer)
    if norm in weights and relu is not None:
        gain, shift = (float(numbers[channel]) for numbers in gain_and_shift(weights[norm]))
        normalized = relu * gain + shift
    return Parts(
        patch=patch,
        kernel=kernel,
        products=products,
        sums=products.sum(axis=(0, 1)),
        bias=bias,
        total=total,
        relu=relu,
        gain=gain,
        shift=shift,
        normalized=normalized,
    )


def trace_back(
    stages: Sequence[LayerOutput], image: FloatArray, weights: Weights, model: ModelSpec, digit: int
) -> list[Link]:
    """The trace from the score of a digit back to a pixel, along the largest product each time.

    The list begins with the score and has one link for each convolution; the last product is
    that of a pixel, which is no link of its own: `strongest_pixel` finds it.
    """
    names = [layer.name for layer in model.convolutions]
    links: list[Link] = []
    place = (0, 0, digit)
    product: float | None = None
    share: float | None = None
    for name in reversed(names):
        parts = take_apart(inputs_of(stages, image, name), weights, model, name, place)
        row, column, channel = place
        field = field_of(model, name, row, column)
        links.append(
            Link(name, channel, row, column, parts.total, parts.output, product, share, field)
        )
        place, product, share = _strongest(parts, row, column)
        if _takes_pool(model, name):
            place = _from_pool(stages, place)
    return links


def strongest_pixel(
    stages: Sequence[LayerOutput], image: FloatArray, weights: Weights, model: ModelSpec, link: Link
) -> tuple[int, int, float]:
    """Row, column and product of the pixel that adds most to a value of the first layer."""
    place = (link.row, link.column, link.channel)
    parts = take_apart(inputs_of(stages, image, link.layer), weights, model, link.layer, place)
    (row, column, _), product, _ = _strongest(parts, link.row, link.column)
    return row, column, product


def _strongest(parts: Parts, row: int, column: int) -> tuple[tuple[int, int, int], float, float]:
    """The place in the layer before with the largest product, the product, and its share."""
    y, x, channel = np.unravel_index(int(np.argmax(parts.products)), parts.products.shape)
    product = float(parts.products[y, x, channel])
    added = float(np.maximum(parts.products, 0).sum()) + max(parts.bias, 0.0)
    return (row + int(y), column + int(x), int(channel)), product, max(product, 0) / (added or 1.0)


def _takes_pool(model: ModelSpec, layer: str) -> bool:
    names = [one.name for one in model.layers]
    return names[names.index(layer) - 1] == "pool"


def _from_pool(stages: Sequence[LayerOutput], place: tuple[int, int, int]) -> tuple[int, int, int]:
    """The place in the maps before the pool that its value at a place is from."""
    row, column, channel = place
    index = next(number for number, one in enumerate(stages) if one.stage == "pool")
    square = stages[index - 1].values[2 * row : 2 * row + 2, 2 * column : 2 * column + 2, channel]
    y, x = np.unravel_index(int(np.argmax(square)), square.shape)
    return 2 * row + int(y), 2 * column + int(x), channel
