"""A channel of a convolution, and the choices in its view."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.inspection.image.feature_maps import input_of
from mnistviz.network.layers import EPSILON
from mnistviz.ui.shared.layer_views.convolution_view import channel_of, edited_kernel
from tests.helpers.made_networks import random_network
from tests.helpers.own_networks import OWN_NETWORKS

MODEL = ModelSpec(channels=(2, 3, 4))


def test_a_channel_has_its_kernel_and_its_normalization() -> None:
    weights = random_network(MODEL).weights
    inputs = np.zeros((26, 26, 2), np.float32)
    channel = channel_of(MODEL, weights, inputs, "conv2", 1)
    np.testing.assert_array_equal(channel.kernel, weights["conv2"]["kernel"][:, :, :, 1])
    assert channel.bias == weights["conv2"]["bias"][1]
    assert channel.activation == "relu"
    assert channel.gain is not None
    assert channel.shift is not None
    norm = {name: float(values[1]) for name, values in weights["bn2"].items()}
    # A value that is the mean becomes beta.
    assert norm["moving_mean"] * channel.gain + channel.shift == pytest.approx(norm["beta"])
    deviation = (norm["moving_variance"] + EPSILON) ** 0.5
    assert channel.gain * deviation == pytest.approx(norm["gamma"])


def test_the_last_layer_has_neither_relu_nor_normalization() -> None:
    weights = random_network(MODEL).weights
    channel = channel_of(MODEL, weights, np.zeros((7, 7, 10), np.float32), "conv8", 9)
    assert (channel.activation, channel.gain, channel.shift) == ("none", None, None)


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("strides", "conv1"),
        ("strides", "depthwise1"),
        ("strides", "conv2"),
        ("two_pools", "conv1"),
    ],
)
def test_the_windows_of_any_convolution_make_its_map(name: str, layer: str) -> None:
    model = ModelSpec(network=OWN_NETWORKS[name])
    network = random_network(model)
    image = np.random.default_rng(0).random((28, 28), np.float32)
    inputs = input_of(network, image, layer)
    shown = channel_of(model, network.weights, inputs, layer, 3)
    size = len(shown.kernel)
    windows = np.lib.stride_tricks.sliding_window_view(shown.inputs, (size, size), (0, 1))
    windows = windows[:: shown.stride, :: shown.stride]
    sums = np.einsum("yxcij,ijc->yx", windows, shown.kernel) + shown.bias
    own = network.outputs(image[np.newaxis])[layer][0, ..., 3]
    activations = {"relu": lambda values: np.maximum(values, 0), "tanh": np.tanh}
    np.testing.assert_allclose(activations[shown.activation](sums), own, atol=1e-5)


@pytest.mark.parametrize(
    ("state", "values"),
    [
        (None, None),
        ({}, None),
        ({"kernel": None}, None),
        ({"kernel": {"id": "best/1/conv1/0", "values": [1, 2]}}, [[[1], [2]]]),
        ({"kernel": {"id": "best/1/conv1/1", "values": [1, 2]}}, None),
        ({"kernel": {"id": "best/1/conv1/0", "values": [1, 2, 3]}}, None),
    ],
)
def test_an_edited_kernel_is_that_of_the_channel(
    state: dict[str, object] | None, values: list[list[list[int]]] | None
) -> None:
    kernel = edited_kernel(state, "best/1/conv1/0", (1, 2, 1))
    assert (None if kernel is None else kernel.tolist()) == values
