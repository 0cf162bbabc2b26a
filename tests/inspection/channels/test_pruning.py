"""Channels cut out for good: the smaller network answers alike, and learns."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.channels import pruning
from mnistviz.inspection.channels.knockout import Knockout, channel_means
from mnistviz.inspection.channels.pruning import prune, prune_and_tune
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.made_networks import copied, random_network


@pytest.fixture(scope="module")
def network() -> Network:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return load(latest_snapshot(run))


@pytest.mark.parametrize("layer", ["conv1", "conv3", "conv7"])
def test_the_smaller_network_answers_as_the_one_with_channels_off(
    layer: str, network: Network
) -> None:
    means = channel_means(network, load_mnist().x_train[:200])
    off = [0, 3, 8]
    smaller = prune(network, layer, off, means[layer])
    assert smaller.weights[layer]["bias"].size == network.weights[layer]["bias"].size - 3
    image = to_input(load_mnist().x_test[4])
    expected = Knockout(network, means).logits(image, [{layer: off}])
    np.testing.assert_allclose(smaller.logits(image[None]), expected, atol=2e-4)


def test_a_network_without_normalization_is_cut_as_well() -> None:
    plain = random_network(ModelSpec(channels=(3, 4, 2), batch_norm=False, dropout=0), seed=2)
    means = channel_means(plain, load_mnist().x_train[:100])
    image = to_input(load_mnist().x_test[0])
    expected = Knockout(plain, means).logits(image, [{"conv2": [1]}])
    smaller = prune(plain, "conv2", [1], means["conv2"])
    np.testing.assert_allclose(smaller.logits(image[None]), expected, atol=1e-4)


@pytest.mark.slow
@pytest.mark.compiles
def test_training_on_brings_some_of_it_back_and_leaves_the_network_alone(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Far fewer steps than a person gets, so larger ones.
    monkeypatch.setattr("mnistviz.network.tuning.LEARNING_RATE", 5e-3)
    monkeypatch.setattr(pruning, "LEFT", (1.0, 0.25))
    data = load_mnist()
    before = copied(network.weights)
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
    for layer, arrays in before.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(network.weights[layer][name], array)
