"""Fit the layers of a Keras model to a network of this program. Plain JSON: nothing is executed.

The layers come from the configuration in the file. Names don't matter; an activation may be a layer
of its own, and biases may be missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import RunError, SpecError
from mnistviz.core.layers.layer import ACTIVATIONS, WEIGHTED, Activation, Padding
from mnistviz.core.layers.notation import Part, draft_of, format_parts
from mnistviz.core.model_spec import ModelSpec, parse_network

EPSILON = 1e-3
IMAGE = [IMAGE_SIZE, IMAGE_SIZE, 1]

# The arguments that each layer may have only with this value.
_KERNEL = {"dilation_rate": [1, 1], "groups": 1, "data_format": "channels_last"}
_POOL = {"data_format": "channels_last"}
FIXED: dict[str, dict[str, Any]] = {
    "Conv2D": _KERNEL,
    "DepthwiseConv2D": {**_KERNEL, "depth_multiplier": 1},
    "Dense": {},
    "MaxPooling2D": _POOL,
    "AveragePooling2D": _POOL,
    "GlobalAveragePooling2D": {**_POOL, "keepdims": False},
    "BatchNormalization": {"epsilon": EPSILON},
    "Dropout": {},
    "Flatten": {},
    "Softmax": {},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "Activation": {},
    "InputLayer": {},
    "Reshape": {"target_shape": IMAGE},
}
# Layers that are no part of a network: they say what comes in, or are the activation of another.
NO_PARTS = ("InputLayer", "Reshape", "Activation", "ReLU", "Softmax")


@dataclass(frozen=True)
class KerasLayer:
    """A layer of a Keras model, with what is needed to build it again."""

    name: str
    type: str
    config: Mapping[str, Any]

    @property
    def activation(self) -> str:
        """Such as `linear`, `relu` or `softmax`, or another text that is refused."""
        if self.type in ("ReLU", "Softmax"):
            return self.type.lower()
        value = self.config.get("activation", "linear")
        if isinstance(value, Mapping):
            value = value.get("config", value.get("class_name"))
        return str(value or "linear")

    @property
    def part(self) -> Part:
        """The layer as a part of a network. Raises `RunError` where it is none."""
        return Part(
            self.type,
            channels=int(self.config.get("filters", self.config.get("units", 0))),
            window=self._side("kernel_size", "pool_size"),
            stride=self._side("strides"),
            padding=self._padding,
            activation=self._activation,
            rate=float(self.config.get("rate", 0)),
        )

    @property
    def _activation(self) -> Activation | None:
        if self.type not in WEIGHTED:
            return None
        # A softmax at the end follows every network.
        name = "none" if self.activation in ("linear", "softmax") else self.activation
        return cast(Activation, name)

    @property
    def _padding(self) -> Padding:
        padding = self.config.get("padding", "valid")
        if padding not in ("valid", "same"):
            raise _refusal("padding valid or same", str(padding)[:60], self.name)
        return cast(Padding, padding)

    def _side(self, *names: str) -> int:
        """The side of a square that one of the arguments gives, 1 where there is none."""
        for name in names:
            sides = self.config.get(name)
            if isinstance(sides, int):
                return sides
            if sides is not None:
                if len(sides) != 2 or sides[0] != sides[1]:
                    raise _refusal(f"{name} with two equal sides", str(sides)[:60], self.name)
                return int(sides[0])
        return 1


@dataclass(frozen=True)
class Fit:
    """A network and, for each of its layers but the softmax, the Keras layer.

    `names` are by the names of the network's layers.
    """

    model: ModelSpec
    names: Mapping[str, str]


def layers_of(config: Any) -> list[KerasLayer]:
    """Return the layers in the configuration of a sequential or functional model.

    Raises `RunError` that names the first layer that no network of this program has.
    """
    try:
        entries = config["config"]["layers"]
        layers = [
            KerasLayer(str(one["config"]["name"]), str(one["class_name"]), dict(one["config"]))
            for one in entries
        ]
        if config["class_name"] not in ("Sequential", "Functional", "Model"):
            raise _refusal("a model of plain layers", str(config["class_name"])[:60])
        _check_chain(entries, layers)
    except (KeyError, TypeError, ValueError):
        raise _refusal("a model with a list of layers", "a configuration without one") from None
    for layer in layers:
        _check_arguments(layer)
    return layers


def fit(layers: Sequence[KerasLayer]) -> Fit:
    """Return the network that layers make up. Raises `RunError` that names what does not fit."""
    kept = _with_activations(layers)
    parts = [layer.part for layer in kept]
    draft = draft_of(parts)
    if parts and parts[-1].type == "Flatten" and draft_of(parts[:-1]).problem is None:
        # It follows a last map of one place by itself.
        parts, draft = parts[:-1], draft_of(parts[:-1])
    if draft.problem is not None:
        at = draft.problem_at
        raise _not_a_network(draft.problem, "" if at is None else kept[at].name)
    for layer, built in zip(kept, draft.layers, strict=False):
        if layer.activation == "softmax" and set(built.output_shape[:-1]) - {1}:
            raise _refusal("a softmax at the end", "one of maps", layer.name)
    names = {built.name: layer.name for built, layer in zip(draft.layers, kept, strict=False)}
    return Fit(_spec(parts), names)


def _spec(parts: Sequence[Part]) -> ModelSpec:
    """The spec of a network: a channel plan where it is one."""
    try:
        own = ModelSpec(network=parse_network(format_parts(parts)))
    except SpecError as error:
        raise _not_a_network(error) from None
    channels = [part.channels for part in parts if part.type == "Conv2D"]
    try:
        plan = ModelSpec(
            channels=tuple(channels[:3]), batch_norm=own.batch_norm, dropout=own.dropout
        )
    except SpecError:
        return own
    return plan if plan.text == own.text else own


def _check_chain(entries: Sequence[Any], layers: Sequence[KerasLayer]) -> None:
    """Refuse layers that do not take the output of the one before alone."""
    for before, layer, entry in zip(layers, layers[1:], entries[1:], strict=False):
        nodes = entry.get("inbound_nodes")
        if nodes and (len(nodes) > 1 or f"'{before.name}'" not in str(nodes)):
            raise _refusal(f"a layer that follows {before.name} alone", "branches", layer.name)


def _check_arguments(layer: KerasLayer) -> None:
    if layer.type not in FIXED:
        raise _refusal(f"one of {', '.join(FIXED)}", layer.type[:60], layer.name)
    for name, value in FIXED[layer.type].items():
        found = layer.config.get(name, value)
        if (list(found) if isinstance(found, tuple) else found) != value:
            raise _refusal(f"{name} {value}", str(found)[:60], layer.name)
    known = ("linear", "softmax", *(name for name in ACTIVATIONS if name != "none"))
    if layer.activation not in known:
        raise _refusal(f"one of {', '.join(known)}", layer.activation[:60], layer.name)
    shape = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
    if shape is not None and list(shape)[1:] not in (IMAGE, IMAGE[:2]):
        raise _refusal(f"images of the shape {IMAGE}", str(list(shape)[1:])[:60], layer.name)


def _with_activations(layers: Sequence[KerasLayer]) -> list[KerasLayer]:
    """The parts of a network, each with the activation that is a layer of its own."""
    kept: list[KerasLayer] = []
    for layer in layers:
        if layer.type not in NO_PARTS:
            kept.append(layer)
        elif layer.activation == "softmax":
            if layer is not layers[-1]:
                raise _refusal("a softmax at the end", "one elsewhere", layer.name)
        elif layer.activation != "linear":
            if not kept or kept[-1].type not in WEIGHTED or kept[-1].activation != "linear":
                raise _refusal(
                    "an activation after a layer with a kernel", "one elsewhere", layer.name
                )
            kept[-1] = replace(kept[-1], config={**kept[-1].config, "activation": layer.activation})
    last = next((layer for layer in reversed(kept) if layer.type in WEIGHTED), None)
    for layer in kept:
        if layer.activation == "softmax" and layer is not last:
            raise _refusal("a softmax at the end", "one elsewhere", layer.name)
    return kept


def _refusal(expected: str, actual: str, layer: str = "") -> RunError:
    return _error(f"expected {expected}, got {actual}", layer)


def _not_a_network(problem: SpecError, layer: str = "") -> RunError:
    return _error(str(problem).removeprefix("network: "), layer)


def _error(text: str, layer: str) -> RunError:
    """The error for a model that does not fit, with the name of the layer that doesn't."""
    where = f"layer {layer[:60]!r}: " if layer else ""
    return RunError(f"import: {where}{text}; nothing was imported")
