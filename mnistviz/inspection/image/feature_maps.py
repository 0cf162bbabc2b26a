"""What each layer makes of an image."""

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerOutput


def stages(network: keras.Sequential, image: FloatArray) -> tuple[LayerOutput, ...]:
    """Every layer's maps of an image `(28, 28)` float32 in [0, 1], in inference mode.

    A convolution gives two stages, before and after its ReLU (the last one has
    no ReLU); then come the batch normalization, the pool and the softmax.
    Dropout does nothing in inference mode and gives none.
    """
    found: list[LayerOutput] = []
    values = tf.constant(image[np.newaxis, ..., np.newaxis])
    for layer in network.layers:
        match layer:
            case keras.layers.Conv2D():
                values = tf.nn.conv2d(values, layer.kernel, 1, "VALID") + layer.bias
                found.append(LayerOutput(layer.name, "convolution", values[0].numpy()))
                if layer.activation is keras.activations.relu:
                    values = tf.nn.relu(values)
                    found.append(LayerOutput(layer.name, "relu", values[0].numpy()))
            case keras.layers.BatchNormalization():
                values = layer(values, training=False)
                # Named after the convolution it follows: they are shown together.
                name = layer.name.replace("bn", "conv")
                found.append(LayerOutput(name, "normalization", values[0].numpy()))
            case keras.layers.MaxPooling2D():
                values = layer(values)
                found.append(LayerOutput(layer.name, "pool", values[0].numpy()))
            case keras.layers.Softmax():
                found.append(LayerOutput(layer.name, "softmax", layer(values)[0].numpy()))
            case keras.layers.Flatten():
                values = layer(values)
    return tuple(found)
