"""A changed kernel changes its channel alone."""

import numpy as np

from mnistviz.core.model_spec import ModelSpec
from mnistviz.network.kernel_edits import with_kernel
from mnistviz.network.network import Network
from tests.helpers.made_networks import random_network


def test_only_the_map_of_the_channel_changes() -> None:
    network = random_network(ModelSpec(channels=(2, 3, 4)))
    before = network.weights["conv2"]["kernel"].copy()
    kernel = np.zeros((3, 3, 2), np.float32)
    kernel[1, 1, 0] = 2
    edited = with_kernel(network, "conv2", 1, kernel)
    images = np.random.default_rng(0).random((2, 28, 28), np.float32)
    own, changed = (one.outputs(images) for one in (network, edited))
    np.testing.assert_array_equal(own["conv2"][..., [0, 2]], changed["conv2"][..., [0, 2]])
    # The kernel is a copy of the middle of its first input, twice as large.
    bias = edited.weights["conv2"]["bias"][1]
    expected = np.maximum(2 * own["bn1"][:, 1:-1, 1:-1, 0] + bias, 0)
    np.testing.assert_allclose(changed["conv2"][..., 1], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(network.weights["conv2"]["kernel"], before)


def test_the_own_kernel_changes_nothing() -> None:
    network: Network = random_network(ModelSpec(channels=(2, 3, 4)))
    edited = with_kernel(network, "conv1", 0, network.weights["conv1"]["kernel"][..., 0])
    images = np.random.default_rng(0).random((2, 28, 28), np.float32)
    np.testing.assert_array_equal(network.logits(images), edited.logits(images))


def test_a_channel_of_a_depthwise_convolution_has_one_kernel() -> None:
    network = random_network(ModelSpec(network="4C3-DW3-10C24"))
    edited = with_kernel(network, "depthwise1", 2, np.zeros((3, 3, 1), np.float32))
    images = np.random.default_rng(0).random((2, 28, 28), np.float32)
    own, changed = (one.outputs(images)["depthwise1"] for one in (network, edited))
    np.testing.assert_array_equal(own[..., [0, 1, 3]], changed[..., [0, 1, 3]])
    bias = max(0, float(network.weights["depthwise1"]["bias"][2]))
    np.testing.assert_allclose(changed[..., 2], bias, rtol=1e-6)
