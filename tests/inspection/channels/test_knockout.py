"""Knock-out, against the network in NumPy and against channels planted to be useless."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.channels.knockout import (
    Knockout,
    Replacement,
    channel_effects,
    channel_means,
)
from mnistviz.inspection.image.attribution import contrast
from mnistviz.network import batches
from mnistviz.network.network import Network
from tests.helpers.convolution_oracle import Weights, forward
from tests.helpers.made_networks import random_network

PLAN = ModelSpec(channels=(4, 3, 5))
DEAD = ("conv1", 2)
IGNORED = ("conv2", 1)
NUM_IMAGES = 5


@pytest.fixture(scope="module")
def network() -> Network:
    """A network in which one channel is dead, and one is not listened to by the next layer."""
    network = random_network(PLAN, seed=4)
    network.weights["conv1"]["kernel"][..., DEAD[1]] = 0
    network.weights["conv1"]["bias"][DEAD[1]] = -1
    network.weights["conv3"]["kernel"][:, :, IGNORED[1]] = 0
    return network


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return load_mnist().x_train[:NUM_IMAGES]


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return to_input(load_mnist().x_test[3])


@pytest.fixture(scope="module")
def knockout(network: Network, images: np.ndarray) -> Knockout:
    return Knockout(network, channel_means(network, images))


# ---------------------------------------------------------------- means


def expected_means(weights: Weights, images: np.ndarray) -> dict[str, np.ndarray]:
    handed_on = [forward(weights, to_input(image)) for image in images]
    return {
        f"conv{number}": np.mean([one[f"conv{number}"] for one in handed_on], axis=(0, 1, 2))
        for number in range(1, 8)
    }


def test_means_over_images_and_places(network: Network) -> None:
    images = load_mnist().x_train[: batches.BATCH_SIZE + 3]
    done: list[int] = []
    found = channel_means(network, images, done.append)
    for name, means in expected_means(network.weights, images).items():
        np.testing.assert_allclose(found[name], means, atol=1e-4, err_msg=name)
    assert done == [batches.BATCH_SIZE, len(images)]


# ---------------------------------------------------------------- switching off


@pytest.mark.parametrize("replacement", ["mean", "zero"])
def test_logits_with_channels_off_are_those_of_numpy(
    knockout: Knockout, image: np.ndarray, replacement: Replacement
) -> None:
    weights = knockout.network.weights
    offs = [{}, {"conv1": [0]}, {"conv3": [0, 4], "conv7": {9}}, {"conv5": range(3)}]
    found = knockout.logits(image, offs, replacement)
    for logits, off in zip(found, offs, strict=True):
        fills = {
            (name, channel): float(knockout.means[name][channel]) if replacement == "mean" else 0.0
            for name, channels in off.items()
            for channel in channels
        }
        expected = forward(weights, image, fills)["conv8"].ravel()
        np.testing.assert_allclose(logits, expected, atol=1e-3)


def test_later_maps_follow_and_earlier_ones_do_not(knockout: Knockout, image: np.ndarray) -> None:
    before = {stage.layer: stage.values for stage in knockout.maps(image, {})}
    found = knockout.maps(image, {"conv4": [7]})
    fill = float(knockout.means["conv4"][7])
    expected = forward(knockout.network.weights, image, {("conv4", 7): fill})
    assert [stage.layer for stage in found] == [f"conv{number}" for number in range(1, 8)]
    for stage in found:
        assert stage.stage == "normalization"
        np.testing.assert_allclose(stage.values, expected[stage.layer], atol=1e-3)
        assert (stage.values == before[stage.layer]).all() == (stage.layer < "conv4")


def test_without_normalization_the_relu_is_replaced(images: np.ndarray, image: np.ndarray) -> None:
    network = random_network(ModelSpec(channels=(3, 2, 4), batch_norm=False, dropout=0), seed=1)
    knockout = Knockout(network, channel_means(network, images))
    weights = network.weights
    means = expected_means(weights, images)["conv2"]
    np.testing.assert_allclose(knockout.means["conv2"], means, atol=1e-5)
    expected = forward(weights, image, {("conv2", 1): means[1]})["conv8"].ravel()
    found = knockout.logits(image, [{"conv2": [1]}])[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert knockout.maps(image, {})[1].stage == "relu"


# ---------------------------------------------------------------- which channels carry an answer


@pytest.mark.parametrize("replacement", ["mean", "zero"])
def test_the_ranking_is_of_every_channel_one_by_one(
    knockout: Knockout, image: np.ndarray, replacement: Replacement
) -> None:
    effects = channel_effects(knockout, image, contrast(0, 6), replacement)
    assert {(effect.layer, effect.channel) for effect in effects} == set(knockout.channels)
    assert len(effects) == 4 + 3 + 5 + 10 + 3 + 5 + 10
    drops = [effect.drop for effect in effects]
    assert drops == sorted(drops, reverse=True)
    for effect in (effects[0], effects[17], effects[-1]):
        logits = knockout.logits(image, [{}, {effect.layer: [effect.channel]}], replacement)
        scores = logits @ contrast(0, 6)
        assert effect.drop == pytest.approx(float(scores[0] - scores[1]), abs=1e-4)


def test_a_dead_channel_carries_nothing_but_a_constant(
    knockout: Knockout, image: np.ndarray
) -> None:
    """Its normalization makes a constant of it: its mean is no change, 0 is one."""
    by_mean, by_zero = (
        {
            (effect.layer, effect.channel): effect.drop
            for effect in channel_effects(knockout, image, contrast(8), replacement)
        }
        for replacement in ("mean", "zero")
    )
    assert by_mean[DEAD] == pytest.approx(0, abs=1e-3)
    assert abs(by_zero[DEAD]) > 0.01
    assert by_mean[IGNORED] == 0
    assert by_zero[IGNORED] == 0
    assert sum(abs(drop) > 0.01 for drop in by_mean.values()) > 20
