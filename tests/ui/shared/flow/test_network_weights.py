"""The weights of a network as the browser gets them."""

import base64

import numpy as np

from mnistviz.runs import registry, snapshots
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flow.network_weights import as_text, computed_layers, network_data


def test_all_weights_are_sent_once_with_the_normalizations_folded() -> None:
    snapshot = snapshots.latest_snapshot(registry.find_run("reference"))
    assert snapshot is not None
    model = snapshot.run.spec.model
    data = network_data(snapshot)
    sent = np.frombuffer(base64.b64decode(data["weights"]), "<f4")
    # A gain and a shift stand for the four arrays of a normalization.
    normalized = sum(layer.output_shape[-1] for layer in model.relu_convolutions)
    assert len(sent) == model.parameters - 2 * normalized
    network = loaded_networks.network(snapshot)
    assert [layer["name"] for layer in data["layers"]] == [
        layer.name for layer in computed_layers(network)
    ]
    first = network.weights["conv1"]["kernel"].ravel()
    assert np.array_equal(sent[: len(first)], first)


def test_an_array_is_sent_as_little_endian_float32() -> None:
    values = np.array([[1.5, -2.25]], np.float64)
    assert np.frombuffer(base64.b64decode(as_text(values)), "<f4").tolist() == [1.5, -2.25]
