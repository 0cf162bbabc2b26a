"""Sizes and costs of a network, layer by layer, and hints on what is wasted in it."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import WEIGHTED, WINDOWED, Layer

BYTES = 4
# A layer with more than this share of all parameters is named.
LARGE_SHARE = 0.5
# Layers whose window grows the receptive field, or that see the whole map.
_WHOLE = ("GlobalAveragePooling2D", "Flatten", "Dense", "Softmax")


@dataclass(frozen=True)
class LayerCost:
    """A layer with its costs for one image.

    Attributes:
        receptive_field: Side in pixels of the part of the image that one output depends on, at
            most that of the image.
        output_bytes: Size of its output in float32.
    """

    layer: Layer
    receptive_field: int
    output_bytes: int


def costs_of(layers: Sequence[Layer]) -> tuple[LayerCost, ...]:
    """The costs of each layer.

    The receptive field grows by (window - 1) times the product of the strides before it (Araujo,
    Norris and Sim 2019, "Computing receptive fields of convolutional neural networks").
    """
    field, jump = 1, 1
    costs = []
    for layer in layers:
        if layer.type in WINDOWED:
            field += (layer.window - 1) * jump
            jump *= layer.stride
        elif layer.type in _WHOLE and layer.type != "Softmax":
            sides = _input_side(layers, layer)
            field += (sides - 1) * jump
            jump *= sides
        costs.append(
            LayerCost(layer, min(field, IMAGE_SIZE), BYTES * math.prod(layer.output_shape))
        )
    return tuple(costs)


def _input_side(layers: Sequence[Layer], layer: Layer) -> int:
    """The side of the maps that a layer gets; 1 for numbers without places."""
    index = layers.index(layer)
    shape = layers[index - 1].output_shape if index else (IMAGE_SIZE, IMAGE_SIZE, 1)
    return shape[0] if len(shape) == 3 else 1


def hints(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Sentences on what is wasted or missing in a network, each with its reason."""
    return tuple(
        hint
        for check in (_redundant_biases, _small_field, _large_layer, _no_activation, _late_dropout)
        for hint in check(layers)
    )


def _redundant_biases(layers: Sequence[Layer]) -> list[str]:
    """A bias directly before a normalization, with no activation between, has no effect."""
    pairs = itertools.pairwise(layers)
    names = [
        layer.name
        for layer, following in pairs
        if layer.type in WEIGHTED
        and layer.activation == "none"
        and following.type == "BatchNormalization"
    ]
    if not names:
        return []
    return [
        f"The biases of {', '.join(names)} have no effect: the normalization after them subtracts "
        "each channel's mean."
    ]


def _small_field(layers: Sequence[Layer]) -> list[str]:
    """The receptive field of the last convolution does not cover the image."""
    windowed = [cost for cost in costs_of(layers) if cost.layer.type in WINDOWED]
    if not windowed or windowed[-1].receptive_field >= IMAGE_SIZE:
        return []
    last = windowed[-1]
    whole = next((cost.layer for cost in costs_of(layers) if cost.layer.type in _WHOLE), None)
    rest = (
        "the average then mixes what was seen in different places"
        if whole is not None and whole.type == "GlobalAveragePooling2D"
        else "only the dense layers after it see the whole digit"
    )
    return [
        f"One output of {last.layer.name} sees {last.receptive_field} of {IMAGE_SIZE} pixels: "
        f"{rest}."
    ]


def _large_layer(layers: Sequence[Layer]) -> list[str]:
    """One layer has most of the parameters."""
    total = sum(layer.parameters for layer in layers)
    weighted = [layer for layer in layers if layer.type in WEIGHTED]
    if len(weighted) < 2:
        return []
    largest = max(weighted, key=lambda layer: layer.parameters)
    share = largest.parameters / total
    if share <= LARGE_SHARE:
        return []
    return [
        f"{share:.0%} of all parameters are in {largest.name}. Fewer inputs of it save most: pool "
        "before it, or use fewer channels."
    ]


def _no_activation(layers: Sequence[Layer]) -> list[str]:
    """Two layers with kernels and no activation between them are one linear layer."""
    weighted = [layer for layer in layers if layer.type in WEIGHTED]
    names = [layer.name for layer in weighted[:-1] if layer.activation == "none"]
    pooled = {layer.type for layer in layers} & {"MaxPooling2D"}
    if not names or pooled:
        return []
    return [
        f"Nothing bends the output of {', '.join(names)}: with the next layer it computes what one "
        "linear layer could."
    ]


def _late_dropout(layers: Sequence[Layer]) -> list[str]:
    """A dropout after the scores hides answers themselves."""
    last = max((n for n, layer in enumerate(layers) if layer.type in WEIGHTED), default=-1)
    late = [layer.name for layer in layers[last + 1 :] if layer.type == "Dropout"]
    if not late:
        return []
    return [f"{late[0]} sets scores of classes themselves to zero; put it before the last layer."]
