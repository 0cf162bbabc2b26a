"""The whole network in inference mode, forward and backward, in NumPy.

A batch of maps is (n, height, width, channels), a kernel (height, width, inputs, outputs), as in
Keras. Outputs are float32 for a float32 input. Gradients need outputs in float64: with rounding
errors of float32, max pooling would choose at random among equal values. They are float32
themselves for a float32 gradient with respect to the last output.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnistviz.core.model_spec import Layer
from mnistviz.core.types.arrays import FloatArray, RealArray, Weights

# Keras' default, which all networks here are built with.
EPSILON = 1e-3

# Rounding errors of float64 values, as a share of the largest.
ROUNDING = 1e-12

# The arrays of one layer by name, such as `kernel`.
LayerWeights = Mapping[str, FloatArray]

Number = TypeVar("Number", bound=np.generic)

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
        case "Conv2D":
            sums = convolution(values, weights["kernel"], weights["bias"])
            return np.maximum(sums, 0, out=sums) if layer.relu else sums
        case "BatchNormalization":
            gain, shift = gain_and_shift(weights)
            scaled = as_rows(values) * repeat_along_rows(gain, values)
            scaled += repeat_along_rows(shift, values)
            return scaled.reshape(values.shape)
        case "MaxPooling2D":
            return max_pool(values)
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
        case "Conv2D":
            of_sums = upstream * (output > 0) if layer.relu else upstream
            return convolution_gradient(of_sums, weights["kernel"])
        case "BatchNormalization":
            gain = repeat_along_rows(gain_and_shift(weights)[0], values)
            return (as_rows(upstream) * gain).reshape(values.shape)
        case "MaxPooling2D":
            return max_pool_gradient(values, output, upstream)
        case "Dropout" | "Flatten":
            return upstream.reshape(values.shape)
        case "Softmax":
            along = (upstream * output).sum(axis=-1, keepdims=True)
            return cast(RealArray, output * (upstream - along))
    raise ValueError(f"expected the type of a layer of a spec, got {layer.type!r}")


def convolution(values: RealArray, kernel: FloatArray, bias: FloatArray) -> RealArray:
    """The convolution without padding, stride 1, with its bias and without its ReLU."""
    height, width, inputs, outputs = kernel.shape
    n, rows, columns = len(values), values.shape[1] - height + 1, values.shape[2] - width + 1
    # Each patch of the kernel's size is a row of one matrix (Chellapilla et al. 2006). A row of a
    # patch is contiguous in memory: width · inputs numbers.
    of_rows = as_rows(np.ascontiguousarray(values))
    patches = sliding_window_view(of_rows, (height, width * inputs), (1, 2))[:, :, ::inputs]
    sums = patches.reshape(-1, height * width * inputs) @ kernel.reshape(-1, outputs)
    maps = cast(RealArray, sums.reshape(n, rows, columns, outputs))
    as_rows(maps)[:] += repeat_along_rows(bias, maps)
    return maps


def as_rows(maps: RealArray) -> RealArray:
    """Maps (n, height, width, channels) as (n, height, width · channels), in the same memory.

    NumPy is fast along a row, and slow along a few channels.
    """
    return maps.reshape(*maps.shape[:2], -1)


def repeat_along_rows(numbers: NDArray[Number], maps: RealArray) -> NDArray[Number]:
    """Numbers (channels,) repeated for each place of a row of maps: (width · channels,)."""
    return np.tile(numbers, maps.shape[2])


def convolution_gradient(upstream: RealArray, kernel: FloatArray) -> RealArray:
    """The gradient of a convolution with respect to its input.

    It is a convolution, too: of the padded gradient with the kernel turned by 180° and with inputs
    and outputs exchanged.
    """
    height, width, inputs, _ = kernel.shape
    padded = np.pad(upstream, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
    return convolution(padded, turned, np.zeros(inputs, np.float32))


def gain_and_shift(weights: Mapping[str, RealArray]) -> tuple[RealArray, RealArray]:
    """Gain and shift `(channels,)` of a batch normalization in inference mode."""
    gain = weights["gamma"] / np.sqrt(weights["moving_variance"] + EPSILON)
    return gain, weights["beta"] - gain * weights["moving_mean"]


def max_pool(values: RealArray) -> RealArray:
    """The largest of each 2×2 square; a last odd row or column is left out."""
    rows = np.maximum(values[:, :-1:2], values[:, 1::2])
    return np.maximum(rows[:, :, :-1:2], rows[:, :, 1::2])


def max_pool_gradient(values: RealArray, largest: RealArray, upstream: RealArray) -> RealArray:
    """The gradient of `max_pool`: it goes to the first of equal values, row by row.

    Values that differ by rounding alone count as equal: squares of plain background have four
    times the same value.
    """
    gradient = np.zeros(values.shape, upstream.dtype)
    least = largest - ROUNDING * np.abs(largest).max(initial=0)
    rows, columns = largest.shape[1:3]
    free = np.ones(largest.shape, bool)
    for y, x in np.ndindex(2, 2):
        place = (slice(None), slice(y, y + 2 * rows, 2), slice(x, x + 2 * columns, 2))
        first = (values[place] >= least) & free
        gradient[place] = upstream * first
        free &= ~first
    return gradient


def softmax(logits: RealArray) -> RealArray:
    """The probabilities `(…, 10)` of logits `(…, 10)`, each row adding up to 1."""
    # Without the subtraction, which changes no ratio, large logits would overflow.
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return cast(RealArray, powers / powers.sum(axis=-1, keepdims=True))
