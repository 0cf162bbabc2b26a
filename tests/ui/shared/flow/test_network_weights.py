"""The weights of a network as the browser gets them."""

import base64

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs import registry, snapshots
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flow.network_weights import as_text, browser_layers, network_data


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
        one.layer.name for one in browser_layers(network.spec) or []
    ]
    first = network.weights["conv1"]["kernel"].ravel()
    assert np.array_equal(sent[: len(first)], first)


def test_an_array_is_sent_as_little_endian_float32() -> None:
    values = np.array([[1.5, -2.25]], np.float64)
    assert np.frombuffer(base64.b64decode(as_text(values)), "<f4").tolist() == [1.5, -2.25]


def test_dense_layers_and_global_pools_are_windows_over_the_whole_map() -> None:
    layers = browser_layers(ModelSpec(network="4C5S2same:tanh-BN-AP2-F-12FC-D0.1-10FC"))
    assert layers is not None
    assert [(one.kind, one.inputs, one.shape, one.size, one.border) for one in layers] == [
        ("convolution", (28, 28, 1), (14, 14, 4), 5, 1),
        ("normalization", (14, 14, 4), (14, 14, 4), 0, 0),
        ("average_pool", (14, 14, 4), (7, 7, 4), 2, 0),
        ("convolution", (7, 7, 4), (1, 1, 12), 7, 0),
        ("convolution", (1, 1, 12), (1, 1, 10), 1, 0),
    ]
    (*_, pool) = browser_layers(ModelSpec(network="DW3-10C3-GAP")) or []
    assert (pool.kind, pool.size, pool.shape) == ("average_pool", 24, (1, 1, 10))


@pytest.mark.parametrize("network", ["F-65FC-10FC", "F-BN-10FC", "4C3-MP2-F-10FC-BN"])
def test_a_network_that_does_not_fit_is_not_shown(network: str) -> None:
    assert browser_layers(ModelSpec(network=network)) is None
