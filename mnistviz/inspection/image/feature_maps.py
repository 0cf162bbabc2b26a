"""The output of each layer for one image."""

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.model_spec import convolution_name
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.inspection.layer_outputs import before_activation, layer_outputs


def stages(network: keras.Sequential, image: FloatArray) -> tuple[LayerOutput, ...]:
    """The maps of every layer for an image `(28, 28)` float32 in [0, 1], in inference mode.

    A convolution gives two stages, before and after its ReLU (the last one has
    no ReLU); then come the batch normalization, the pool and the softmax.
    Dropout does nothing in inference mode and gives none.
    """
    found: list[LayerOutput] = []
    values = tf.constant(image[np.newaxis, ..., np.newaxis])
    outputs = layer_outputs(network.layers, values)
    for layer in network.layers:
        before, values = values, outputs[layer.name]
        output = values[0].numpy()
        match layer:
            case keras.layers.Conv2D():
                sums = before_activation(layer, before)[0].numpy()
                found.append(LayerOutput(layer.name, "convolution", sums))
                if layer.activation is keras.activations.relu:
                    found.append(LayerOutput(layer.name, "relu", output))
            case keras.layers.BatchNormalization():
                # Named after the convolution it follows: they are shown together.
                name = convolution_name(layer.name)
                found.append(LayerOutput(name, "normalization", output))
            case keras.layers.MaxPooling2D():
                found.append(LayerOutput(layer.name, "pool", output))
            case keras.layers.Softmax():
                found.append(LayerOutput(layer.name, "softmax", output))
    return tuple(found)
