"""One layer of a network, known without building it."""

import math
from dataclasses import dataclass
from typing import Literal

Activation = Literal["relu", "tanh", "sigmoid", "none"]
ACTIVATIONS: tuple[Activation, ...] = ("relu", "tanh", "sigmoid", "none")
Padding = Literal["valid", "same"]

# Layers that a window slides over the maps of.
WINDOWED = ("Conv2D", "DepthwiseConv2D", "MaxPooling2D", "AveragePooling2D")
# Layers with a kernel.
WEIGHTED = ("Conv2D", "DepthwiseConv2D", "Dense")


@dataclass(frozen=True)
class Layer:
    """One layer of the network, known without building it.

    Attributes:
        name: Unique in the network, such as `conv3`.
        type: The class of the Keras layer, such as `Conv2D`.
        output_shape: (height, width, channels), or (features,) after a flatten, a dense layer or
            a global pooling.
        weights: Names and shapes of its arrays, in the order of Keras' `get_weights()`.
        activation: What follows the sums of a layer with a kernel.
        window: Side of the kernel or of the pooled square, 1 for other layers.
        stride: Places from one window to the next.
        padding: `same` adds zeros around the maps, so that they keep their size at stride 1.
        rate: Share of activations that a dropout sets to zero while training.
    """

    name: str
    type: str
    output_shape: tuple[int, ...]
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()
    activation: Activation = "none"
    window: int = 1
    stride: int = 1
    padding: Padding = "valid"
    rate: float = 0.0

    @property
    def relu(self) -> bool:
        return self.activation == "relu"

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for _, shape in self.weights)

    @property
    def non_trainable(self) -> int:
        return sum(math.prod(shape) for name, shape in self.weights if name.startswith("moving_"))

    @property
    def multiply_accumulates(self) -> int:
        """The number of multiply-accumulate operations of a layer with a kernel for one image."""
        kernels = [shape for name, shape in self.weights if name == "kernel"]
        places = math.prod(self.output_shape[:2]) if len(self.output_shape) == 3 else 1
        return sum(math.prod(shape) * places for shape in kernels)
