"""The whole network in inference mode, forward and backward, in NumPy.

A batch of maps is (n, height, width, channels), a kernel (height, width, inputs, outputs), as in
Keras. Outputs are float32 for a float32 input. Gradients need outputs in float64: with rounding
errors of float32, max pooling would choose at random among equal values. They are float32
themselves for a float32 gradient with respect to the last output.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np
from scipy.special import expit

from mnistviz.core.layers.layer import Layer
from mnistviz.core.types.arrays import FloatArray, RealArray, Weights
from mnistviz.network.windows import (
    as_rows,
    average_pool,
    average_pool_gradient,
    convolution,
    convolution_gradient,
    depthwise,
    depthwise_gradient,
    max_pool,
    max_pool_gradient,
    pad,
    repeat_along_rows,
    unpadded,
)

# Keras' default, which all networks here are built with.
EPSILON = 1e-3

# The arrays of one layer by name, such as `kernel`.
LayerWeights = Mapping[str, FloatArray]

# Gets the name and the output of a layer, and returns what the next layer takes.
Replace = Callable[[str, RealArray], RealArray]


def layer_outputs(
    layers: Sequence[Layer], weights: Weights, values: RealArray, replace: Replace | None = None
) -> dict[str, RealArray]:
    """The outputs of layers applied one after another to a batch `values`, by name, in order."""
    outputs = {}
    for layer in layers:
        values = forward(layer, weights.get(layer.name, {}), values)
        if replace is not None:
            values = replace(layer.name, values)
        outputs[layer.name] = values
    return outputs


def layer_gradients(
    layers: Sequence[Layer],
    weights: Weights,
    values: RealArray,
    outputs: Mapping[str, RealArray],
    upstream: RealArray,
) -> dict[str, RealArray]:
    """The gradients with respect to the output of each layer and, as `input`, to `values`.

    `outputs` are those of `layer_outputs`, `upstream` is the gradient with respect to the last.
    """
    gradients = {layers[-1].name: upstream}
    inputs = {"input": values, **outputs}
    before = ["input", *(layer.name for layer in layers)]
    for name, layer in reversed(list(zip(before, layers, strict=False))):
        upstream = backward(
            layer, weights.get(layer.name, {}), inputs[name], outputs[layer.name], upstream
        )
        gradients[name] = upstream
    return gradients


def forward(layer: Layer, weights: LayerWeights, values: RealArray) -> RealArray:
    """The output of a layer for a batch `values`."""
    match layer.type:
        case "Conv2D" | "DepthwiseConv2D" | "Dense":
            return activated(layer, sums(layer, weights, values))
        case "BatchNormalization":
            gain, shift = gain_and_shift(weights)
            maps = as_maps(values)
            scaled = as_rows(maps) * repeat_along_rows(gain, maps)
            scaled += repeat_along_rows(shift, maps)
            return scaled.reshape(values.shape)
        case "MaxPooling2D":
            return max_pool(pad(layer, values, -np.inf), layer.window, layer.stride)
        case "AveragePooling2D":
            return average_pool(layer, values)
        case "GlobalAveragePooling2D":
            return cast(RealArray, values.mean(axis=(1, 2)))
        case "Dropout":
            return values
        case "Flatten":
            return values.reshape(len(values), -1)
        case "Softmax":
            return softmax(values)
    raise ValueError(f"expected the type of a layer of a spec, got {layer.type!r}")


def backward(
    layer: Layer,
    weights: LayerWeights,
    values: RealArray,
    output: RealArray,
    upstream: RealArray,
) -> RealArray:
    """The gradient with respect to the input `values` of a layer.

    `output` is the layer's, `upstream` the gradient with respect to it.
    """
    match layer.type:
        case "Conv2D" | "DepthwiseConv2D" | "Dense":
            of_sums = upstream * slope(layer, output).astype(upstream.dtype, copy=False)
            return sums_gradient(layer, weights, values, of_sums)
        case "BatchNormalization":
            gain = repeat_along_rows(gain_and_shift(weights)[0], as_maps(values))
            return (as_rows(as_maps(upstream)) * gain).reshape(values.shape)
        case "MaxPooling2D":
            padded = pad(layer, values, -np.inf)
            window = (layer.window, layer.stride)
            gradient = max_pool_gradient(padded, output, upstream, *window)
            return unpadded(layer, values, gradient)
        case "AveragePooling2D":
            return average_pool_gradient(layer, values, upstream)
        case "GlobalAveragePooling2D":
            share = upstream / np.prod(values.shape[1:3]).astype(upstream.dtype)
            return np.broadcast_to(share[:, np.newaxis, np.newaxis], values.shape)
        case "Dropout" | "Flatten":
            return upstream.reshape(values.shape)
        case "Softmax":
            along = (upstream * output).sum(axis=-1, keepdims=True)
            return cast(RealArray, output * (upstream - along))
    raise ValueError(f"expected the type of a layer of a spec, got {layer.type!r}")


def sums(layer: Layer, weights: LayerWeights, values: RealArray) -> RealArray:
    """The output of a layer with a kernel before its activation."""
    kernel, bias = weights["kernel"], weights["bias"]
    match layer.type:
        case "Conv2D":
            return convolution(pad(layer, values), kernel, bias, layer.stride)
        case "DepthwiseConv2D":
            return depthwise(pad(layer, values), kernel, layer.stride) + bias
    return values @ kernel + bias


def sums_gradient(
    layer: Layer, weights: LayerWeights, values: RealArray, upstream: RealArray
) -> RealArray:
    """The gradient of `sums` with respect to `values`."""
    kernel = weights["kernel"]
    if layer.type == "Dense":
        return upstream @ kernel.T
    padded = pad(layer, values)
    if layer.type == "Conv2D":
        gradient = convolution_gradient(upstream, kernel, layer.stride, padded.shape[1:3])
    else:
        gradient = depthwise_gradient(padded, upstream, kernel, layer.stride)
    return unpadded(layer, values, gradient)


def activated(layer: Layer, values: RealArray) -> RealArray:
    """The activation of a layer applied to its sums, in their memory."""
    match layer.activation:
        case "relu":
            return np.maximum(values, 0, out=values)
        case "tanh":
            return np.tanh(values, out=values)
        case "sigmoid":
            return cast(RealArray, expit(values, out=values))
    return values


def slope(layer: Layer, output: RealArray) -> RealArray:
    """The derivative of a layer's activation, from its output."""
    match layer.activation:
        case "relu":
            return cast(RealArray, output > 0)
        case "tanh":
            return 1 - output**2
        case "sigmoid":
            return output * (1 - output)
    return np.ones(1, output.dtype)


def as_maps(values: RealArray) -> RealArray:
    """Numbers without places (n, features) as maps of one place each; maps as they are."""
    return values if values.ndim == 4 else values[:, np.newaxis, np.newaxis]


def gain_and_shift(weights: Mapping[str, RealArray]) -> tuple[RealArray, RealArray]:
    """Gain and shift `(channels,)` of a batch normalization in inference mode."""
    gain = weights["gamma"] / np.sqrt(weights["moving_variance"] + EPSILON)
    return gain, weights["beta"] - gain * weights["moving_mean"]


def softmax(logits: RealArray) -> RealArray:
    """The probabilities `(…, 10)` of logits `(…, 10)`, each row adding up to 1."""
    # Without the subtraction, which changes no ratio, large logits would overflow.
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return cast(RealArray, powers / powers.sum(axis=-1, keepdims=True))
