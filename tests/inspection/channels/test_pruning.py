"""Channels cut out for good: the smaller network answers alike, and learns."""

import keras
import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.channels import pruning
from mnistviz.inspection.channels.knockout import Knockout, channel_means
from mnistviz.inspection.channels.pruning import prune, prune_and_tune, tune
from mnistviz.network.model import Classifier, build
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot

pytestmark = pytest.mark.compiles


@pytest.fixture(scope="module")
def network() -> keras.Sequential:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return load(latest_snapshot(run))


@pytest.mark.parametrize("layer", ["conv1", "conv3", "conv7"])
def test_the_smaller_network_answers_as_the_one_with_channels_off(
    layer: str, network: keras.Sequential
) -> None:
    means = channel_means(network, load_mnist().x_train[:200])
    off = [0, 3, 8]
    smaller = prune(network, layer, off, means[layer])
    assert smaller.get_layer(layer).filters == network.get_layer(layer).filters - 3
    image = to_input(load_mnist().x_test[4])
    expected = Knockout(network, means).logits(image, [{layer: off}])
    np.testing.assert_allclose(Classifier(smaller).logits(image[None]), expected, atol=2e-4)


def test_a_network_without_normalization_is_cut_as_well() -> None:
    plain = build(ModelSpec(channels=(3, 4, 2), batch_norm=False, dropout=0), seed=2)
    means = channel_means(plain, load_mnist().x_train[:100])
    image = to_input(load_mnist().x_test[0])
    expected = Knockout(plain, means).logits(image, [{"conv2": [1]}])
    smaller = prune(plain, "conv2", [1], means["conv2"])
    np.testing.assert_allclose(Classifier(smaller).logits(image[None]), expected, atol=1e-4)


def test_training_on_brings_some_of_it_back_and_leaves_the_network_alone(
    network: keras.Sequential, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Far fewer steps than a person gets, so larger ones.
    monkeypatch.setattr(pruning, "LEARNING_RATE", 5e-3)
    monkeypatch.setattr(pruning, "LEFT", (1.0, 0.25))
    data = load_mnist()
    before = [array.copy() for array in network.get_weights()]
    means = channel_means(network, data.x_train[:200])["conv7"]
    told: list[float] = []
    found = prune_and_tune(
        *(network, "conv7", [8, 1, 2, 3, 4, 5, 6, 7, 0, 9], means),
        *((data.x_train[:5_000], data.y_train[:5_000]), (data.x_test[:200], data.y_test[:200])),
        told.append,
        steps=8,
    )
    assert found.left.tolist() == [10, 2]
    assert (found.layer, found.steps, found.images) == ("conv7", 8, 200)
    assert found.before[0] > 0.98
    assert found.after[1] > found.before[1] + 0.05
    assert told == pytest.approx(np.linspace(1 / 16, 1, 16).tolist())
    for array, now in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(array, now)


def test_tuning_is_a_function_of_its_seed() -> None:
    data = load_mnist()
    images, labels = data.x_train[:500], data.y_train[:500]
    ends = []
    for seed in (1, 1, 2):
        network = build(ModelSpec(channels=(2, 2, 2), dropout=0), seed=4)
        tune(network, (images, labels), steps=2, seed=seed)
        ends.append(network.get_weights()[0])
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-6)
    assert np.abs(ends[0] - ends[2]).max() > 1e-5
