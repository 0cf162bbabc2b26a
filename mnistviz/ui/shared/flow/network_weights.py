"""The weights of a network in the browser, where a preview is computed with them."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.layers.layer import Layer
from mnistviz.network.layers import gain_and_shift
from mnistviz.network.network import Network
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.browser_script import script_component
from mnistviz.ui.shared.flow.texts import TITLES

FOLDER = Path(__file__).parent
# Dropout and flatten change no value outside of training.
COMPUTED = ("Conv2D", "BatchNormalization", "MaxPooling2D")

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


def computed_layers(network: Network) -> list[Layer]:
    """The layers of a network that compute something, in order."""
    return [layer for layer in network.layers if layer.type in COMPUTED]


def has_maps(layer: Layer) -> bool:
    """Whether the outputs of a layer are shown; those of a normalization are not."""
    return layer.type != "BatchNormalization"


def as_text(values: NDArray[np.floating]) -> str:
    """An array as base64 of little-endian float32, which `forward.js` reads."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=loaded_networks.HASH_FUNCS)
def network_data(snapshot: Snapshot) -> dict[str, Any]:
    """The layers of a network and their weights, as `weights.js` reads them."""
    network = loaded_networks.network(snapshot)
    layers = computed_layers(network)
    return {
        "network": network_name(snapshot),
        "titles": TITLES,
        "layers": [
            {
                "name": layer.name,
                "type": layer.type,
                "shape": layer.output_shape,
                "relu": layer.relu,
                "size": layer.weights[0][1][0] if layer.type == "Conv2D" else 0,
            }
            for layer in layers
        ],
        "weights": as_text(np.concatenate([_flat(network, layer) for layer in layers])),
    }


def _flat(network: Network, layer: Layer) -> NDArray[np.float32]:
    """The numbers of a layer, as `withWeights` in `forward.js` takes them."""
    weights = network.weights.get(layer.name, {})
    if layer.type == "Conv2D":
        parts = [weights["kernel"], weights["bias"]]
    elif layer.type == "BatchNormalization":
        parts = list(gain_and_shift(weights))
    else:
        parts = []
    return np.concatenate([np.zeros(0, np.float32), *(part.ravel() for part in parts)])
