"""Networks with random weights, and one that is linear."""

import numpy as np

from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray, Weights
from mnistviz.network.network import Network


class OneConvolution(ModelSpec):
    """A network that is one convolution over the whole image."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        weights = (("kernel", (28, 28, 1, 10)), ("bias", (10,)))
        return (
            Layer("conv1", "Conv2D", (1, 1, 10), weights),
            Layer("flatten", "Flatten", (10,)),
            Layer("softmax", "Softmax", (10,)),
        )


def random_network(spec: ModelSpec, seed: int = 0) -> Network:
    return Network(spec, random_weights(spec, seed))


def random_weights(spec: ModelSpec, seed: int = 0) -> dict[str, dict[str, FloatArray]]:
    """Weights of the size that training gives them; gains and variances are positive."""
    generator = np.random.default_rng(seed)
    ranges = {
        "bias": (-0.1, 0.1),
        "gamma": (0.5, 2),
        "beta": (-1, 1),
        "moving_mean": (0, 0.2),
        "moving_variance": (0.5, 1.5),
    }

    def array(name: str, shape: tuple[int, ...]) -> FloatArray:
        if name == "kernel":
            values = generator.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        else:
            values = generator.uniform(*ranges[name], shape)
        return values.astype(np.float32)

    return {
        layer.name: {name: array(name, shape) for name, shape in layer.weights}
        for layer in spec.layers
        if layer.weights
    }


def copied(weights: Weights) -> dict[str, dict[str, FloatArray]]:
    """A copy whose arrays a test may change."""
    return {
        layer: {name: array.copy() for name, array in arrays.items()}
        for layer, arrays in weights.items()
    }
