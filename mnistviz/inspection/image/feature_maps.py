"""The output of each layer for one image."""

import numpy as np

from mnistviz.core.model_spec import convolution_name
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.network.layers import forward, sums
from mnistviz.network.network import Network, as_batch


def stages(network: Network, image: FloatArray) -> tuple[LayerOutput, ...]:
    """The maps of every layer for an image `(28, 28)` float32 in [0, 1], in inference mode.

    A convolution gives two stages, before and after its ReLU (the last one has
    no ReLU); then come the batch normalization, the pool and the softmax.
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
                if layer.relu:
                    found.append(LayerOutput(layer.name, "relu", values[0]))
            case "BatchNormalization":
                # Named after the convolution it follows: they are shown together.
                name = convolution_name(layer.name)
                found.append(LayerOutput(name, "normalization", values[0]))
            case "MaxPooling2D":
                found.append(LayerOutput(layer.name, "pool", values[0]))
            case "Softmax":
                found.append(LayerOutput(layer.name, "softmax", values[0]))
    return tuple(found)
