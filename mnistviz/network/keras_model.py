"""Build the network with Keras: to train it, and to write files that Keras opens."""

import keras
import numpy as np

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.model_spec import Layer, ModelSpec


def build(spec: ModelSpec, seed: int = 0) -> keras.Sequential:
    """The network of a spec, made of stock Keras layers, with initial weights drawn from `seed`.

    Input: (n, 28, 28, 1) float32 in [0, 1]. Output: (n, 10) float32 probabilities.
    """
    # One independent stream for each (seed, layer): neighbouring seeds share no weights.
    seeds = np.random.SeedSequence(seed).generate_state(len(spec.layers))
    layers = [
        keras_layer(layer, spec, int(layer_seed))
        for layer, layer_seed in zip(spec.layers, seeds, strict=True)
    ]
    return keras.Sequential(
        [keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)), *layers],
        name=f"mnist_{spec.plan.replace('/', '_')}",
    )


def keras_layer(layer: Layer, spec: ModelSpec, seed: int) -> keras.layers.Layer:
    """The Keras layer with the name and the shapes of weights of a layer of a spec."""
    match layer.type:
        case "Conv2D":
            height, width, _, channels = dict(layer.weights)["kernel"]
            return keras.layers.Conv2D(
                channels,
                (height, width),
                activation="relu" if layer.relu else None,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
                name=layer.name,
            )
        case "Dropout":
            return keras.layers.Dropout(spec.dropout, name=layer.name)
        case _:
            return getattr(keras.layers, layer.type)(name=layer.name)
