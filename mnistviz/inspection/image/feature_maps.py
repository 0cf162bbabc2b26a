"""The output of each layer for one image."""

from collections.abc import Sequence

import numpy as np

from mnistviz.core.model_spec import convolution_name
from mnistviz.core.types.arrays import FloatArray, RealArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.network.layers import forward, sums
from mnistviz.network.network import Network, as_batch

# The stages of a convolution, in order.
STAGES = ("convolution", "relu", "normalization")


def stages(network: Network, image: FloatArray) -> tuple[LayerOutput, ...]:
    """The maps of every layer for an image `(28, 28)` float32 in [0, 1], in inference mode.

    A convolution gives two stages, before and after its ReLU (the last one has
    no activation); then come the batch normalization, the pool and the softmax. Layers without
    places, such as a dense one, give none but the last, whose scores `(1, 1, 10)` come before the
    softmax.
    Dropout does nothing in inference mode and gives none.
    """
    found: list[LayerOutput] = []
    values = as_batch(image[np.newaxis])
    for layer in network.spec.layers:
        weights = network.weights.get(layer.name, {})
        before, values = values, forward(layer, weights, values)
        match layer.type:
            case "Conv2D":
                of_layer = sums(layer, weights, before)
                found.append(LayerOutput(layer.name, "convolution", of_layer[0]))
                if layer.activation != "none":
                    found.append(LayerOutput(layer.name, "relu", values[0]))
            case "BatchNormalization":
                # Named after the convolution it follows: they are shown together.
                name = convolution_name(layer.name)
                if values.ndim == 4:
                    found.append(LayerOutput(name, "normalization", values[0]))
            case "DepthwiseConv2D":
                found.append(LayerOutput(layer.name, "relu", values[0]))
            case "MaxPooling2D" | "AveragePooling2D":
                found.append(LayerOutput(layer.name, "pool", values[0]))
            case "Softmax":
                if not found or found[-1].values.size != before.size:
                    scores = before.reshape(1, 1, -1)
                    found.append(LayerOutput(network.spec.scores_layer, "convolution", scores))
                found.append(LayerOutput(layer.name, "softmax", values[0]))
    return tuple(found)


def input_of(network: Network, image: FloatArray, layer: str) -> FloatArray:
    """The maps (height, width, channels) that a layer gets for an image `(28, 28)`."""
    values: RealArray = as_batch(image[np.newaxis])
    for name, outputs in network.outputs(image[np.newaxis]).items():
        if name == layer:
            found: FloatArray = values[0].astype(np.float32, copy=False)
            return found
        values = outputs
    raise KeyError(layer)


def shown_at(outputs: Sequence[LayerOutput], stage: str) -> list[LayerOutput]:
    """One output of each layer with a kernel: the one at a stage, in order.

    A layer that has no such stage is shown at its last one before it: the scores have no ReLU, a
    layer may have no normalization.
    """
    wanted = STAGES[: STAGES.index(stage) + 1]
    shown = {output.layer: output for output in outputs if output.stage in wanted}
    return list(shown.values())
