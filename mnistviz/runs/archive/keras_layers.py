"""Fit the layers of a Keras model to a network of this program. Plain JSON: nothing is executed.

The layers come from the configuration in the file. Names don't matter; a ReLU or a softmax may be
a layer of its own, biases may be missing, and dropout may be anywhere: it only matters in training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mnistviz.core.errors import RunError, SpecError
from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec

NUM_CONVOLUTIONS = 8
EPSILON = 1e-3

# The arguments that each layer may have only with this value.
FIXED: dict[str, dict[str, Any]] = {
    "Conv2D": {
        "strides": [1, 1],
        "padding": "valid",
        "dilation_rate": [1, 1],
        "groups": 1,
        "data_format": "channels_last",
    },
    "MaxPooling2D": {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
    "BatchNormalization": {"epsilon": EPSILON},
    "Dropout": {},
    "Flatten": {},
    "Softmax": {},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "Activation": {},
    "InputLayer": {},
}
ACTIVATIONS = ("linear", "relu", "softmax")


@dataclass(frozen=True)
class KerasLayer:
    """A layer of a Keras model, with what is needed to build it again."""

    name: str
    type: str
    config: Mapping[str, Any]

    @property
    def activation(self) -> str:
        """`linear`, `relu` or `softmax`, or another text that is refused."""
        if self.type in ("ReLU", "Softmax"):
            return self.type.lower()
        value = self.config.get("activation", "linear")
        if isinstance(value, Mapping):
            value = value.get("config", value.get("class_name"))
        return str(value or "linear")

    @property
    def kernel_size(self) -> int:
        return int(self.config["kernel_size"][0])


@dataclass(frozen=True)
class Fit:
    """A network and, for each of its layers with weights, the name of the Keras layer."""

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
    kept = _merged([layer for layer in layers if layer.type not in ("InputLayer", "Dropout")])
    convolutions = [layer for layer in kept if layer.type == "Conv2D"]
    if len(convolutions) != NUM_CONVOLUTIONS:
        raise _refusal(f"{NUM_CONVOLUTIONS} convolutions", f"{len(convolutions)}")
    channels = tuple(int(one.config["filters"]) for one in convolutions[:3])
    try:
        model = ModelSpec(
            channels=channels,
            batch_norm=any(layer.type == "BatchNormalization" for layer in kept),
            dropout=0.0,
        )
    except SpecError as error:
        raise _refusal("a channel plan", str(error)) from None
    wanted = [layer for layer in model.layers if layer.type != "Softmax"]
    names = {}
    for layer, found in zip(wanted, kept, strict=False):
        if _text_of(layer) != _text_of(found):
            raise _refusal(f"{_text_of(layer)} as {layer.name}", _text_of(found), found.name)
        names[layer.name] = found.name
    if len(kept) > len(wanted):
        extra = kept[len(wanted)]
        raise _refusal("the end of the network", _text_of(extra), extra.name)
    if len(kept) < len(wanted):
        raise _refusal(f"{_text_of(wanted[len(kept)])} at the end", "no more layers")
    return Fit(model.changed(dropout=_dropout(layers)), names)


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
    if layer.activation not in ACTIVATIONS:
        raise _refusal(f"one of {', '.join(ACTIVATIONS)}", layer.activation[:60], layer.name)


def _merged(layers: Sequence[KerasLayer]) -> list[KerasLayer]:
    """Layers with each ReLU in its convolution and without the softmax at the end."""
    merged: list[KerasLayer] = []
    for layer in layers:
        if layer.type not in ("Activation", "ReLU", "Softmax"):
            merged.append(layer)
        elif layer.activation == "relu":
            if not merged or merged[-1].type != "Conv2D" or merged[-1].activation != "linear":
                raise _refusal("a ReLU after a convolution", "one elsewhere", layer.name)
            merged[-1] = replace(merged[-1], config={**merged[-1].config, "activation": "relu"})
        elif layer.activation == "softmax" and layer is not layers[-1]:
            raise _refusal("a softmax at the end", "one elsewhere", layer.name)
    last = next((one for one in reversed(merged) if one.type == "Conv2D"), None)
    # The last convolution has one position, where a softmax before or after flattening is the same.
    return [
        replace(one, config={**one.config, "activation": "linear"})
        if one is last and one.activation == "softmax"
        else one
        for one in merged
    ]


def _dropout(layers: Sequence[KerasLayer]) -> float:
    """The share of dropout, where it is the same one everywhere; 0 otherwise."""
    rates = {float(layer.config["rate"]) for layer in layers if layer.type == "Dropout"}
    number = sum(layer.type == "Dropout" for layer in layers)
    return min(rates, default=0.0) if len(rates) == 1 and number == NUM_CONVOLUTIONS - 1 else 0.0


def _text_of(layer: Layer | KerasLayer) -> str:
    """A description of a layer; layers that fit have the same one."""
    if layer.type != "Conv2D":
        return layer.type
    if isinstance(layer, Layer):
        size, activation = dict(layer.weights)["kernel"][0], "relu" if layer.relu else "linear"
        channels = layer.output_shape[-1]
    else:
        size, activation = layer.kernel_size, layer.activation
        channels = int(layer.config["filters"])
        if len({int(side) for side in layer.config["kernel_size"]}) > 1:
            return f"a convolution with a kernel of {layer.config['kernel_size']}"
    return f"a {size}×{size} convolution with {channels} channels and activation {activation}"


def _refusal(expected: str, actual: str, layer: str = "") -> RunError:
    where = f"layer {layer[:60]!r}: " if layer else ""
    return RunError(f"import: {where}expected {expected}, got {actual}; nothing was imported")
