"""Build the network with Keras: to train it, and to write files that Keras opens."""

import re

import keras
import numpy as np

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec


def build(spec: ModelSpec, seed: int = 0) -> keras.Sequential:
    """The network of a spec, made of stock Keras layers, with initial weights drawn from `seed`.

    Input: (n, 28, 28, 1) float32 in [0, 1]. Output: (n, 10) float32 probabilities.
    """
    # One independent stream for each (seed, layer): neighbouring seeds share no weights.
    seeds = np.random.SeedSequence(seed).generate_state(len(spec.layers))
    layers = [
        keras_layer(layer, int(layer_seed))
        for layer, layer_seed in zip(spec.layers, seeds, strict=True)
    ]
    return keras.Sequential(
        [keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)), *layers],
        name="mnist_" + re.sub(r"\W", "_", spec.plan),
    )


def keras_layer(layer: Layer, seed: int) -> keras.layers.Layer:
    """The Keras layer with the name, the shapes and the settings of a layer of a spec."""
    glorot = keras.initializers.GlorotUniform(seed=seed)
    size = (layer.window, layer.window)
    window = {"strides": layer.stride, "padding": layer.padding}
    activation = None if layer.activation == "none" else layer.activation
    shared = {"activation": activation, "name": layer.name}
    # A pruned layer has fewer outputs than its spec.
    outputs = dict(layer.weights).get("kernel", (0,))[-1]
    match layer.type:
        case "Conv2D":
            return keras.layers.Conv2D(outputs, size, kernel_initializer=glorot, **window, **shared)
        case "DepthwiseConv2D":
            return keras.layers.DepthwiseConv2D(
                size, depthwise_initializer=glorot, **window, **shared
            )
        case "Dense":
            return keras.layers.Dense(outputs, kernel_initializer=glorot, **shared)
        case "MaxPooling2D" | "AveragePooling2D":
            pooling = getattr(keras.layers, layer.type)
            return pooling(size, **window, name=layer.name)
        case "Dropout":
            return keras.layers.Dropout(layer.rate, name=layer.name)
        case _:
            return getattr(keras.layers, layer.type)(name=layer.name)
