"""Batch normalization in inference mode, folded into the kernels before or after it.

In inference mode it multiplies each channel by a gain and adds a shift. The order
here is convolution, ReLU, normalization: the gain and shift of one layer can be
folded exactly into the kernel of the next, whose input they scale, while a layer's
own gain is the scale of its output.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from mnistviz.core.model_spec import normalization_name
from mnistviz.core.types.arrays import FloatArray, RealArray, Weights
from mnistviz.network import layers

View = Literal["stored", "incoming", "outgoing"]


def gain_and_shift(norm: Mapping[str, FloatArray]) -> tuple[RealArray, RealArray]:
    """Gain and shift `(channels,)` float64 of a batch normalization in inference mode."""
    return layers.gain_and_shift({name: array.astype(np.float64) for name, array in norm.items()})


def views_of(weights: Weights, layer: str) -> list[View]:
    """The views of a layer: a network may have no normalization, conv1 has none before it."""
    views: list[View] = ["stored"]
    if _normalization_before(layer) in weights:
        views.append("incoming")
    if normalization_name(layer) in weights:
        views.append("outgoing")
    return views


def kernel_and_bias(weights: Weights, layer: str, view: View) -> tuple[FloatArray, FloatArray]:
    """Kernel (height, width, inputs, outputs) and bias (outputs,) of a layer, as float32.

    `stored`: as trained. `incoming`: they take the plain ReLU outputs of the layer
    before, the normalization between folded in; across the max-pool this is exact
    where gains are positive. `outgoing`: times the gain of the layer's own normalization.
    """
    kernel = weights[layer]["kernel"].astype(np.float64)
    bias = weights[layer]["bias"].astype(np.float64)
    if view == "incoming":
        gain, shift = gain_and_shift(weights[_normalization_before(layer)])
        bias = bias + np.einsum("yxio,i->o", kernel, shift)
        kernel = kernel * gain[:, np.newaxis]
    elif view == "outgoing":
        gain, _ = gain_and_shift(weights[normalization_name(layer)])
        kernel, bias = kernel * gain, bias * gain
    return kernel.astype(np.float32), bias.astype(np.float32)


def _normalization_before(layer: str) -> str:
    """The name of the normalization of the convolution before one."""
    return normalization_name(f"conv{int(layer.removeprefix('conv')) - 1}")
