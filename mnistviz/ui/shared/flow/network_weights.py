"""The weights of a network in the browser, where a preview is computed with them."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.constants import DIGIT_NAMES, IMAGE_SIZE
from mnistviz.core.layers.layer import WINDOWED, Layer
from mnistviz.core.model_spec import ModelSpec
from mnistviz.network.layers import gain_and_shift
from mnistviz.network.network import Network
from mnistviz.network.windows import border
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.browser_script import script_component
from mnistviz.ui.shared.flow.texts import SCORES_TITLE, SIGN_SCORES_TITLE, TITLES

FOLDER = Path(__file__).parent
# The kinds of layers that `forward.js` computes, by the type of the network's layer.
KINDS = {
    "Conv2D": "convolution",
    "Dense": "convolution",
    "DepthwiseConv2D": "depthwise",
    "BatchNormalization": "normalization",
    "MaxPooling2D": "max_pool",
    "AveragePooling2D": "average_pool",
    "GlobalAveragePooling2D": "average_pool",
}
# More small pictures than these don't fit on a screen.
MAX_CHANNELS, MAX_STAGES = 64, 14

_component = script_component(
    "mnistviz_network_weights", FOLDER / "forward.js", FOLDER / "weights.js"
)


def send_weights(snapshot: Snapshot) -> None:
    """Send the weights of a snapshot to the browser; a second time costs nothing.

    They are the only data of a component: Streamlit sends large data once as long as they stay
    the same.
    """
    # The style sheet of all pages gives it no room.
    _component(key="network_weights", data=network_data(snapshot), height=1)


def network_name(snapshot: Snapshot) -> str:
    """The name of a snapshot's network in the browser."""
    return f"{snapshot.run.id} {snapshot.step}"


@dataclass(frozen=True)
class BrowserLayer:
    """A layer as `forward.js` computes it.

    A dense layer is a convolution over the whole map that it gets, or over one place; a global
    pooling is one over the whole map.

    Attributes:
        layer: The layer of the network.
        kind: One of `KINDS`.
        shape: (rows, columns, channels) of its output.
        inputs: The same of its input.
        size: The side of its window, 0 where it has none.
        border: Rows added above and columns added to the left.
    """

    layer: Layer
    kind: str
    shape: tuple[int, int, int]
    inputs: tuple[int, int, int]
    size: int
    border: int

    @property
    def data(self) -> dict[str, Any]:
        """The layer as `forward.js` reads it."""
        return {
            "name": self.layer.name,
            "kind": self.kind,
            "shape": self.shape,
            "size": self.size,
            "stride": self.layer.stride,
            "border": self.border,
            "activation": self.layer.activation,
        }


def browser_layers(model: ModelSpec) -> list[BrowserLayer] | None:
    """The layers of a network that compute something, in order.

    None for a network that can't be shown: too many channels or layers for one screen, or a
    normalization of flattened maps or of scores.
    """
    found = []
    shape = (IMAGE_SIZE, IMAGE_SIZE, 1)
    flat = False
    for layer in model.layers:
        if layer.type == "Flatten":
            flat = True
        if layer.type not in KINDS:
            # Dropout changes no value outside of training; the softmax is computed apart.
            continue
        if layer.type == "BatchNormalization" and flat and shape[0] > 1:
            return None
        whole = layer.type in ("Dense", "GlobalAveragePooling2D")
        windowed = layer.type in WINDOWED
        size = shape[0] if whole else layer.window if windowed else 0
        before = border(layer, shape[0])[0] if windowed and layer.padding == "same" else 0
        if layer.type == "BatchNormalization":
            new = shape
        else:
            rows, columns, channels = (1, 1, *layer.output_shape)[-3:]
            new = (rows, columns, channels)
        found.append(BrowserLayer(layer, KINDS[layer.type], new, shape, size, before))
        shape = new
    stages = [one for one in found if has_maps(one)]
    fits = len(stages) <= MAX_STAGES and all(one.shape[2] <= MAX_CHANNELS for one in stages)
    return found if fits and has_maps(found[-1]) else None


def has_maps(layer: BrowserLayer) -> bool:
    """Whether the outputs of a layer are shown; those of a normalization are not."""
    return layer.kind != "normalization"


def as_text(values: NDArray[np.floating]) -> str:
    """An array as base64 of little-endian float32, which `forward.js` reads."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=loaded_networks.HASH_FUNCS)
def network_data(snapshot: Snapshot) -> dict[str, Any]:
    """The layers of a network and their weights, as `weights.js` reads them."""
    network = loaded_networks.network(snapshot)
    layers = browser_layers(network.spec)
    assert layers, f"{network.spec.text} can't be shown"
    is_of_digits = snapshot.run.spec.class_names == DIGIT_NAMES
    title = SCORES_TITLE if is_of_digits else SIGN_SCORES_TITLE
    return {
        "network": network_name(snapshot),
        "titles": {**TITLES, layers[-1].layer.name: title},
        "layers": [layer.data for layer in layers],
        "weights": as_text(np.concatenate([_flat(network, one.layer) for one in layers])),
    }


def _flat(network: Network, layer: Layer) -> NDArray[np.float32]:
    """The numbers of a layer, as `withWeights` in `forward.js` takes them.

    The kernel of a dense layer after maps has their values in the order height, width, channels:
    it is that of a convolution over the whole map.
    """
    weights = network.weights.get(layer.name, {})
    if layer.type == "BatchNormalization":
        parts = list(gain_and_shift(weights))
    else:
        parts = [weights[name] for name, _ in layer.weights]
    return np.concatenate([np.zeros(0, np.float32), *(part.ravel() for part in parts)])
