"""The spec of the network: its channel plan, its layers, their sizes and costs.

Limits, defaults, help texts and presentation are in the fields: forms, command line, summaries and
the validator read them from here (`mnistviz.core.settings`).
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, model_validator

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.errors import SpecError
from mnistviz.core.frozen import Frozen
from mnistviz.core.layers.layer import WEIGHTED, Layer
from mnistviz.core.layers.notation import (
    canonical,
    format_parts,
    layers_of,
    parse_parts,
    with_classes,
)
from mnistviz.core.layers.presets import plan_text
from mnistviz.core.settings import setting
from mnistviz.core.types.arrays import FloatArray

MAX_CHANNELS = 64
MIN_CLASSES, MAX_CLASSES = 2, 62


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


def parse_network(text: str) -> str:
    """Return the canonical text of a network, empty for an empty one. Raises `SpecError`."""
    if not text.strip():
        return ""
    parts = parse_parts(text)
    outputs = [part.channels for part in parts if part.channels]
    # Its head may be for a data set with other classes.
    is_head = outputs and MIN_CLASSES <= outputs[-1] <= MAX_CLASSES
    return canonical(text, outputs[-1] if is_head else NUM_CLASSES)


def network_for(text: str, num_classes: int) -> str:
    """The text of a network whose head has a score for each class. Raises `SpecError`."""
    return canonical(format_parts(with_classes(parse_parts(text), num_classes)), num_classes)


def normalization_name(convolution: str) -> str:
    """The name of the batch normalization that follows a convolution: `bn3` for `conv3`."""
    return convolution.replace("conv", "bn")


def convolution_name(normalization: str) -> str:
    """The name of the convolution before a batch normalization: `conv3` for `bn3`."""
    return normalization.replace("bn", "conv")


class ModelSpec(Frozen):
    """The network: a channel plan, with or without batch normalization and dropout, or any layers.

    A plan stands for the published order of layers. `network` is a text of layers
    (`core.layers.notation`) that is used instead of it; the other settings then follow from it.
    """

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
    network: str = setting(
        "",
        "A network of your own, layer by layer, such as 8C3-BN-MP2-16C3-BN-MP2-10C5; it is used "
        "instead of the channel plan, normalization and dropout. Empty: the channel plan.",
        title="Your own network",
        column="network",
        form_position=4,
        option_position=6,
        parse=parse_network,
    )
    num_classes: int = setting(
        NUM_CLASSES,
        "Number of classes: that of the data set.",
        (MIN_CLASSES, MAX_CLASSES),
        column=None,
        option=None,
        changes_result=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _follows_its_network(cls, values: Any) -> Any:
        """Say of a network of any layers whether it has normalizations, and its largest dropout."""
        if not isinstance(values, dict):
            # Of a damaged file. It is refused below.
            return values
        try:
            parts = parse_parts(str(values["network"])) if values.get("network") else ()
        except SpecError:
            # The text is refused below.
            return values
        if not parts:
            return values
        return {
            **{name: value for name, value in values.items() if name != "channels"},
            "batch_norm": any(part.type == "BatchNormalization" for part in parts),
            "dropout": max(part.rate for part in parts),
        }

    @model_validator(mode="after")
    def _network_is_one(self) -> Self:
        if self.network:
            try:
                _layers(self.network, self.num_classes)
            except SpecError as error:
                raise ValueError(str(error)) from None
        return self

    @property
    def plan(self) -> str:
        """The channels as text, such as `10/15/20`: those of the plan, or of all layers."""
        if not self.network:
            return "/".join(str(count) for count in self.channels)
        counts = [layer.output_shape[-1] for layer in self.layers if layer.type in WEIGHTED]
        return "/".join(str(count) for count in counts)

    @property
    def text(self) -> str:
        """The network in the notation of `core.layers.notation`, such as `8C3-BN-MP2-10C13`."""
        return self.network or plan_text(
            self.channels,
            batch_norm=self.batch_norm,
            dropout=self.dropout,
            num_classes=self.num_classes,
        )

    def for_classes(self, num_classes: int) -> Self:
        """Return the network with a score for each of so many classes. Raises `SpecError`."""
        if num_classes == self.num_classes:
            return self
        network = network_for(self.network, num_classes) if self.network else ""
        return self.changed(network=network, num_classes=num_classes)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer in order, from the first to the softmax."""
        return _layers(self.text, self.num_classes)

    @property
    def convolutions(self) -> tuple[Layer, ...]:
        """The convolutions alone, in order."""
        return tuple(layer for layer in self.layers if layer.type == "Conv2D")

    @property
    def relu_convolutions(self) -> tuple[Layer, ...]:
        """The convolutions with a ReLU: all but the last, whose channels are the logits."""
        return tuple(layer for layer in self.convolutions if layer.relu)

    @property
    def scores_layer(self) -> str:
        """The name of the last layer with a kernel, whose outputs are the scores."""
        return next(layer.name for layer in reversed(self.layers) if layer.type in WEIGHTED)

    @property
    def normalizes(self) -> bool:
        """Whether a batch normalization follows a convolution."""
        return any(name != end for name, end in self.block_ends.items())

    @property
    def is_plain(self) -> bool:
        """Whether its layers are those of the published network, in any number and order.

        These are convolutions of stride 1 without padding, with a ReLU but for the last, and 2×2
        max pooling. Views of single values and of their way through the network show only these.
        """
        plain = {
            "Conv2D": ("valid", 1, None),
            "MaxPooling2D": ("valid", 2, 2),
        }
        for layer in self.layers:
            if layer.type in plain:
                padding, stride, window = plain[layer.type]
                if (layer.padding, layer.stride) != (padding, stride):
                    return False
                if layer.window != (window or layer.window):
                    return False
            elif layer.type not in ("BatchNormalization", "Dropout", "Flatten", "Softmax"):
                return False
        *hidden, last = self.convolutions
        follows = [convolution_name(one.name) for one in self.layers if one.name.startswith("bn")]
        return (
            all(layer.relu for layer in hidden)
            and last.output_shape[:2] == (1, 1)
            and len(follows) == sum(one.type == "BatchNormalization" for one in self.layers)
            and last.name not in follows
        )

    @property
    def block_ends(self) -> dict[str, str]:
        """For each convolution with a ReLU, the layer whose output the next one takes.

        That is the batch normalization that follows, or the convolution itself where none does.
        """
        following = dict(itertools.pairwise(self.layers))
        return {
            layer.name: following[layer].name
            if following[layer].type == "BatchNormalization"
            else layer.name
            for layer in self.relu_convolutions
        }

    def layer(self, name: str) -> Layer:
        """The layer of a name. Raises `KeyError`."""
        return {layer.name: layer for layer in self.layers}[name]

    def normalization_after(self, name: str) -> str | None:
        """The batch normalization that directly follows a layer, or None."""
        for layer, following in itertools.pairwise(self.layers):
            if layer.name == name and following.type == "BatchNormalization":
                return following.name
        return None

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


@lru_cache(maxsize=256)
def _layers(text: str, num_classes: int) -> tuple[Layer, ...]:
    return layers_of(parse_parts(text), num_classes)
