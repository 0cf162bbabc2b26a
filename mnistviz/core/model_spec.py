"""The spec of the network: its channel plan, its layers, their sizes and costs.

Limits, defaults, help texts and presentation are in the fields: forms, command line, summaries and
the validator read them from here (`mnistviz.core.settings`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import SpecError
from mnistviz.core.frozen import Frozen
from mnistviz.core.settings import setting
from mnistviz.core.types.arrays import FloatArray

# Output channels of the 1×1 convolutions.
NUM_SQUEEZED = 10
MAX_CHANNELS = 64


@dataclass(frozen=True)
class Layer:
    """One layer of the network, known without building it.

    `output_shape` is (height, width, channels), or (classes,) at the end.
    `weights` names the arrays of the layer with their shapes, in the order in
    which Keras' `get_weights()` returns them.
    """

    name: str
    type: str
    output_shape: tuple[int, ...]
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()
    relu: bool = False

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for _, shape in self.weights)

    @property
    def non_trainable(self) -> int:
        return sum(math.prod(shape) for name, shape in self.weights if name.startswith("moving_"))

    @property
    def multiply_accumulates(self) -> int:
        """The number of multiply-accumulate operations of a convolution for one image."""
        kernels = [shape for name, shape in self.weights if name == "kernel"]
        return sum(math.prod(shape) * math.prod(self.output_shape[:2]) for shape in kernels)


def three_channel_counts(channels: tuple[int, ...]) -> tuple[int, ...]:
    """Return a channel plan if it is valid. Raises `ValueError` otherwise."""
    if len(channels) != 3 or not all(1 <= count <= MAX_CHANNELS for count in channels):
        raise ValueError(f"three whole numbers from 1 to {MAX_CHANNELS}")
    return channels


def parse_channels(text: str) -> tuple[int, ...]:
    """Return the channel plan in a text, `10,15,20` or `10/15/20`. Raises `SpecError`."""
    try:
        channels = tuple(int(part) for part in text.replace("/", ",").split(","))
    except ValueError:
        channels = ()
    try:
        return three_channel_counts(channels)
    except ValueError as error:
        raise SpecError(f"channels: expected {error}, like 10,15,20, got {text!r}") from None


def normalization_name(convolution: str) -> str:
    """The name of the batch normalization that follows a convolution: `bn3` for `conv3`."""
    return convolution.replace("conv", "bn")


def convolution_name(normalization: str) -> str:
    """The name of the convolution before a batch normalization: `conv3` for `bn3`."""
    return normalization.replace("bn", "conv")


class ModelSpec(Frozen):
    """The network: its channel plan, with or without batch normalization and dropout."""

    channels: Annotated[tuple[int, ...], AfterValidator(three_channel_counts)] = setting(
        (10, 15, 20),
        "Channel plan a,b,c: the channels of the three 3×3 convolutions of the first block; the "
        "second block repeats b and c.",
        title="Channel plan",
        column="network",
        form_position=1,
        option_position=3,
        parse=parse_channels,
    )
    batch_norm: bool = setting(
        True,
        "Batch normalization after every convolution but the last.",
        title="Batch normalization",
        column="network",
        form_position=3,
        option_position=5,
    )
    dropout: float = setting(
        0.1,
        "Share of activations set to zero after every convolution but the last, while training. "
        "0 leaves dropout out.",
        (0, 0.9),
        column="network",
        form_position=2,
        option_position=4,
        step=0.05,
    )

    @property
    def plan(self) -> str:
        """The channel plan as text, such as `10/15/20`."""
        return "/".join(str(count) for count in self.channels)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer in order, from the first convolution to the softmax."""
        first, second, third = self.channels
        block = [
            ("conv1", 3, first),
            ("conv2", 3, second),
            ("conv3", 3, third),
            ("pool", 2, third),
            ("conv4", 1, NUM_SQUEEZED),
            ("conv5", 3, second),
            ("conv6", 3, third),
            ("conv7", 1, NUM_SQUEEZED),
        ]
        layers: list[Layer] = []
        size, depth = IMAGE_SIZE, 1
        for name, kernel, channels in block:
            if name == "pool":
                size //= 2
                layers.append(Layer(name, "MaxPooling2D", (size, size, depth)))
                continue
            size += 1 - kernel
            shape = (size, size, channels)
            layers.append(_convolution(name, kernel, depth, shape, relu=True))
            if self.batch_norm:
                names = ("gamma", "beta", "moving_mean", "moving_variance")
                weights = tuple((weight, (channels,)) for weight in names)
                layers.append(Layer(normalization_name(name), "BatchNormalization", shape, weights))
            if self.dropout:
                layers.append(Layer(name.replace("conv", "dropout"), "Dropout", shape))
            depth = channels
        layers.append(_convolution("conv8", size, depth, (1, 1, NUM_CLASSES), relu=False))
        layers.append(Layer("flatten", "Flatten", (NUM_CLASSES,)))
        layers.append(Layer("softmax", "Softmax", (NUM_CLASSES,)))
        return tuple(layers)

    @property
    def convolutions(self) -> tuple[Layer, ...]:
        """The convolutions alone, in order."""
        return tuple(layer for layer in self.layers if layer.type == "Conv2D")

    @property
    def relu_convolutions(self) -> tuple[Layer, ...]:
        """The convolutions with a ReLU: all but the last, whose channels are the logits."""
        return tuple(layer for layer in self.convolutions if layer.relu)

    @property
    def block_ends(self) -> dict[str, str]:
        """For each convolution with a ReLU, the layer whose output the next one takes.

        That is the batch normalization that follows, or the convolution itself where none does.
        """
        names = [layer.name for layer in self.relu_convolutions]
        return {name: normalization_name(name) if self.batch_norm else name for name in names}

    def named(self, arrays: Sequence[FloatArray]) -> dict[str, dict[str, FloatArray]]:
        """Arrays in `get_weights()` order, by layer and name: `weights["conv1"]["kernel"]`.

        Raises `ValueError` where their number is not that of the network's arrays.
        """
        places = [(layer.name, name) for layer in self.layers for name, _ in layer.weights]
        weights: dict[str, dict[str, FloatArray]] = {}
        for (layer, name), array in zip(places, arrays, strict=True):
            weights.setdefault(layer, {})[name] = array
        return weights

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def non_trainable(self) -> int:
        return sum(layer.non_trainable for layer in self.layers)

    @property
    def trainable(self) -> int:
        return self.parameters - self.non_trainable

    @property
    def multiply_accumulates(self) -> int:
        """The number of multiply-accumulate operations of all convolutions for one image."""
        return sum(layer.multiply_accumulates for layer in self.layers)


def _convolution(
    name: str, kernel: int, depth: int, shape: tuple[int, int, int], *, relu: bool
) -> Layer:
    channels = shape[-1]
    weights = (("kernel", (kernel, kernel, depth, channels)), ("bias", (channels,)))
    return Layer(name, "Conv2D", shape, weights, relu)
