"""A network as one line of text, in the notation of the field: `10C3-BN-D0.1-MP2-10C7`.

| text | layer |
|---|---|
| `20C3` | convolution with 20 channels and a kernel of 3×3, without padding, with a ReLU |
| `DW3` | depthwise convolution with a kernel of 3×3 |
| `MP2`, `AP2` | pooling of the largest or the mean value of each 2×2 square |
| `BN` | batch normalization |
| `D0.1` | dropout of 10 % |
| `GAP` | global average pooling: the mean of each channel |
| `F` | flatten |
| `120FC` | dense layer with 120 outputs and a ReLU |

`S2` after the window's size is a stride of 2, `same` pads with zeros, `:tanh`, `:sigmoid`, `:relu`
and `:none` set the activation: `20C5S2same:tanh`. The last layer with a kernel has no activation:
its outputs are the scores of the classes. Flatten and softmax follow it where they are left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import SpecError
from mnistviz.core.layers.layer import ACTIVATIONS, WEIGHTED, WINDOWED, Activation, Layer, Padding

# With the flatten and the softmax at the end. Training numbers the masks of dropouts by layer.
MAX_LAYERS = 32
MAX_CHANNELS = 512
MAX_WINDOW = 7
MAX_PARAMETERS = 1_000_000
# Values of all layers for one image. A batch of 128 with its gradients takes 1 GB.
MAX_VALUES = 500_000
# A longer text is no network within the limits.
MAX_TEXT = 1_000

_CODES = {
    "C": "Conv2D",
    "DW": "DepthwiseConv2D",
    "MP": "MaxPooling2D",
    "AP": "AveragePooling2D",
    "BN": "BatchNormalization",
    "D": "Dropout",
    "GAP": "GlobalAveragePooling2D",
    "F": "Flatten",
    "FC": "Dense",
}
CODES = {type_: code for code, type_ in _CODES.items()}
_OPTIONS = r"(?:S(?P<stride>\d+))?(?P<same>SAME)?"
_ACTIVATION = r"(?::(?P<activation>[A-Z]+))?"
_PATTERNS = tuple(
    re.compile(pattern + r"\Z", re.IGNORECASE | re.ASCII)
    for pattern in (
        rf"(?P<channels>\d+)(?P<code>C)(?P<window>\d+){_OPTIONS}{_ACTIVATION}",
        rf"(?P<code>DW)(?P<window>\d+){_OPTIONS}{_ACTIVATION}",
        rf"(?P<code>MP|AP)(?P<window>\d+){_OPTIONS}",
        r"(?P<code>BN|GAP|F)",
        r"(?P<code>D)(?P<rate>\d*\.?\d+)",
        rf"(?P<channels>\d+)(?P<code>FC){_ACTIVATION}",
    )
)


@dataclass(frozen=True)
class Part:
    """One layer of the text, before its shapes are known. Fields are those of `Layer`.

    `channels` are the outputs of a convolution or a dense layer. `activation` None: a ReLU, or
    none for the last layer with a kernel.
    """

    type: str
    channels: int = 0
    window: int = 1
    stride: int = 1
    padding: Padding = "valid"
    activation: Activation | None = None
    rate: float = 0.0

    @property
    def text(self) -> str:
        """The layer as text, such as `20C5S2same`."""
        code = CODES[self.type]
        count = f"{self.channels}" if self.type in ("Conv2D", "Dense") else ""
        window = f"{self.window}" if self.type in WINDOWED else ""
        stride = f"S{self.stride}" if self.stride != usual_stride(self.type, self.window) else ""
        same = "same" if self.padding == "same" else ""
        rate = share_text(self.rate) if self.type == "Dropout" else ""
        activation = f":{self.activation}" if self.activation else ""
        return f"{count}{code}{window}{stride}{same}{rate}{activation}"


def share_text(share: float) -> str:
    """A share with all its digits and without an exponent, which would have a dash."""
    return format(Decimal(repr(float(share))), "f")


def usual_stride(type_: str, window: int) -> int:
    """The stride where none is given: pooled squares do not overlap."""
    return window if type_ in ("MaxPooling2D", "AveragePooling2D") else 1


def parse_parts(text: str) -> tuple[Part, ...]:
    """The layers of a text. Parts are separated by dashes or spaces. Raises `SpecError`."""
    if len(text) > MAX_TEXT:
        raise SpecError(f"network: expected at most {MAX_TEXT:,} characters, got {len(text):,}")
    words = [word for word in re.split(r"[\s–—→,-]+", text) if word]
    if words and words[-1].casefold() == "softmax":
        words.pop()
    if not words:
        raise SpecError("network: expected layers, such as 8C3-BN-MP2-10C13, got none")
    return tuple(_part(number, word) for number, word in enumerate(words, 1))


def _part(number: int, word: str) -> Part:
    for pattern in _PATTERNS:
        if match := pattern.match(word):
            break
    else:
        raise SpecError(
            f"network: layer {number}: expected a layer such as 20C3, DW3, MP2, AP2, BN, D0.1, "
            f"GAP, F or 10FC, got {word!r}"
        )
    fields = match.groupdict()
    type_ = _CODES[fields["code"].upper()]
    window = int(fields.get("window") or 1)
    activation = (fields.get("activation") or "").casefold()
    if activation and activation not in ACTIVATIONS:
        raise SpecError(
            f"network: layer {number}: expected the activation {', '.join(ACTIVATIONS)}, got "
            f"{activation!r}"
        )
    part = Part(
        type_,
        channels=int(fields.get("channels") or 0),
        window=window,
        stride=int(fields.get("stride") or usual_stride(type_, window)),
        padding="same" if fields.get("same") else "valid",
        activation=cast(Activation, activation) if activation else None,
        rate=float(fields.get("rate") or 0),
    )
    _check_numbers(number, part)
    return part


def _check_numbers(number: int, part: Part) -> None:
    """Raise `SpecError` where a number of a layer is beyond its limits."""
    checks = [
        (part.type in WINDOWED, "a window of 1 to 7", part.window, 1, MAX_WINDOW),
        (part.type in WINDOWED, "a stride of 1 to 7", part.stride, 1, MAX_WINDOW),
        (part.type in ("Conv2D", "Dense"), "1 to 512 outputs", part.channels, 1, MAX_CHANNELS),
        (part.type == "Dropout", "a share from 0 to 0.9", part.rate, 0, 0.9),
    ]
    for applies, expected, value, low, high in checks:
        # A last convolution over its whole input may be larger than a window elsewhere.
        if part.type == "Conv2D" and expected.startswith("a window"):
            high = IMAGE_SIZE
        if applies and not low <= value <= high:
            raise SpecError(f"network: layer {number}: expected {expected}, got {value:g}")


def format_parts(parts: Sequence[Part]) -> str:
    """The text of layers, as `parse_parts` reads it."""
    return "-".join(part.text for part in parts)


def with_classes(parts: Sequence[Part], num_classes: int) -> tuple[Part, ...]:
    """The parts with so many outputs of the last convolution or dense layer: the scores."""
    last = _last_weighted(parts)
    return tuple(
        replace(part, channels=num_classes) if number == last and part.channels else part
        for number, part in enumerate(parts)
    )


def canonical(text: str, num_classes: int = NUM_CLASSES) -> str:
    """The one way to write the network of a text. Raises `SpecError` for what is no network."""
    parts = parse_parts(text)
    layers_of(parts, num_classes)
    last = _last_weighted(parts)
    usual = [None if number == last else "relu" for number in range(len(parts))]
    return format_parts(
        [
            replace(part, activation=None) if part.activation == (default or "none") else part
            for part, default in zip(parts, usual, strict=True)
        ]
    )


def _last_weighted(parts: Sequence[Part]) -> int:
    """The index of the last layer with a kernel, -1 where there is none."""
    return max((n for n, part in enumerate(parts) if part.type in WEIGHTED), default=-1)


@dataclass(frozen=True)
class Draft:
    """Layers as far as they can be built.

    Attributes:
        layers: One for each part up to the first that can't be built; where all can, flatten and
            softmax follow.
        problem: What keeps it from being a network, None for a network.
        problem_at: The index of the part that can't be built, None where it is none of them.
    """

    layers: tuple[Layer, ...]
    problem: SpecError | None = None
    problem_at: int | None = None


def layers_of(parts: Sequence[Part], num_classes: int = NUM_CLASSES) -> tuple[Layer, ...]:
    """The layers with their names and shapes, flatten and softmax included. Raises `SpecError`."""
    draft = draft_of(parts, num_classes)
    if draft.problem is not None:
        raise draft.problem
    return draft.layers


def draft_of(parts: Sequence[Part], num_classes: int = NUM_CLASSES) -> Draft:
    """The layers of parts that need not be a network yet."""
    last = _last_weighted(parts)
    layers: list[Layer] = []
    shape: tuple[int, ...] = (IMAGE_SIZE, IMAGE_SIZE, 1)
    names = _Names()
    for index, part in enumerate(parts):
        default: Activation = "none" if index == last or part.type not in WEIGHTED else "relu"
        try:
            layer = _layer(names.of(part.type), part, shape, part.activation or default)
        except ValueError as error:
            text = f"network: layer {index + 1}, {part.text}: {error}"
            return Draft(tuple(layers), SpecError(text), index)
        layers.append(layer)
        shape = layer.output_shape
    if shape[:2] == (1, 1) and len(shape) == 3:
        layers.append(Layer("flatten", "Flatten", shape[2:]))
        shape = shape[2:]
    if shape != (num_classes,):
        return Draft(tuple(layers), SpecError(_no_scores(shape, num_classes)))
    layers.append(Layer("softmax", "Softmax", shape))
    return Draft(tuple(layers), _beyond_limits(layers))


def _no_scores(shape: tuple[int, ...], num_classes: int) -> str:
    got = "×".join(map(str, shape))
    ends = (
        f"{num_classes}C{shape[0]}, or GAP and {num_classes}FC"
        if len(shape) == 3
        else (f"{num_classes}FC")
    )
    return (
        f"network: expected one score for each of {num_classes} classes after the last layer, got "
        f"{got}; end with {ends}"
    )


def _beyond_limits(layers: Sequence[Layer]) -> SpecError | None:
    """The error of a network that is too large as a whole."""
    values = sum(_size(layer.output_shape) for layer in layers)
    parameters = sum(layer.parameters for layer in layers)
    if len(layers) > MAX_LAYERS:
        text = f"at most {MAX_LAYERS} layers with flatten and softmax, got {len(layers)}"
    elif parameters > MAX_PARAMETERS:
        text = f"at most {MAX_PARAMETERS:,} parameters, got {parameters:,}"
    elif values > MAX_VALUES:
        text = (
            f"at most {MAX_VALUES:,} values in all maps of an image, got {values:,}; pool earlier "
            "or use fewer channels"
        )
    else:
        return None
    return SpecError(f"network: expected {text}")


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for side in shape:
        size *= side
    return size


class _Names:
    """Names of layers: `conv1`, then `bn1` and `dropout1` of it, `pool`, `pool2`, `dense1`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}
        self._base = "input"

    def of(self, type_: str) -> str:
        match type_:
            case "BatchNormalization":
                return self._following("bn")
            case "Dropout":
                return self._following("dropout")
            case "Conv2D":
                self._base = self._numbered("conv")
            case "DepthwiseConv2D":
                self._base = self._numbered("depthwise")
            case "Dense":
                self._base = self._numbered("dense")
            case "MaxPooling2D" | "AveragePooling2D":
                self._base = self._numbered("pool").removesuffix("1")
            case "GlobalAveragePooling2D":
                self._base = "global_pool"
            case _:
                self._base = "flatten"
        self._taken.add(self._base)
        return self._base

    def _numbered(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind}{self._counts[kind]}"

    def _following(self, kind: str) -> str:
        base = self._base
        name = base.replace("conv", kind) if base.startswith("conv") else f"{base}_{kind}"
        unique, number = name, 2
        while unique in self._taken:
            unique, number = f"{name}_{number}", number + 1
        self._taken.add(unique)
        return unique


def _layer(name: str, part: Part, shape: tuple[int, ...], activation: Activation) -> Layer:
    """The layer of a part that gets maps of a shape. Raises `ValueError` with the reason."""
    flat = len(shape) == 1
    depth = shape[-1]
    if part.type in (*WINDOWED, "GlobalAveragePooling2D", "Flatten") and flat:
        raise ValueError("it needs maps, and gets numbers without places; put it before")
    match part.type:
        case "BatchNormalization":
            arrays = ("gamma", "beta", "moving_mean", "moving_variance")
            return Layer(name, part.type, shape, tuple((array, (depth,)) for array in arrays))
        case "Dropout":
            return Layer(name, part.type, shape, rate=part.rate)
        case "GlobalAveragePooling2D":
            return Layer(name, part.type, (depth,))
        case "Flatten":
            return Layer(name, part.type, (_size(shape),))
        case "Dense":
            if not flat:
                got = "×".join(map(str, shape))
                raise ValueError(
                    f"it needs numbers without places, and gets {got}; put F or GAP before"
                )
            weights = (("kernel", (depth, part.channels)), ("bias", (part.channels,)))
            return Layer(name, part.type, (part.channels,), weights, activation)
    return _windowed(name, part, shape, activation)


def _windowed(name: str, part: Part, shape: tuple[int, ...], activation: Activation) -> Layer:
    """The layer of a part whose window slides over maps (height, width, channels)."""
    depth = shape[-1]
    channels = part.channels if part.type == "Conv2D" else depth
    kernel: tuple[int, ...] = (part.window, part.window, depth, channels)
    if part.type == "DepthwiseConv2D":
        kernel = (part.window, part.window, depth, 1)
    has_kernel = part.type in WEIGHTED
    return Layer(
        name,
        part.type,
        (_side(shape[0], part), _side(shape[1], part), channels),
        (("kernel", kernel), ("bias", (channels,))) if has_kernel else (),
        activation if has_kernel else "none",
        window=part.window,
        stride=part.stride,
        padding=part.padding,
    )


def _side(side: int, part: Part) -> int:
    """The side of the maps after a window slid over maps of a side."""
    if part.padding == "same":
        return -(-side // part.stride)
    if part.window > side:
        raise ValueError(
            f"its window of {part.window}×{part.window} does not fit into maps of {side}×{side}; "
            "use a smaller one, or `same`"
        )
    return (side - part.window) // part.stride + 1
