"""Training of a network for some more steps."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist
from mnistviz.network import tuning
from mnistviz.network.tuning import tune
from tests.helpers.made_networks import random_network

pytestmark = pytest.mark.compiles


@pytest.mark.slow
def test_tuning_is_a_function_of_its_seed() -> None:
    data = load_mnist()
    images, labels = data.x_train[:500], data.y_train[:500]
    network = random_network(ModelSpec(channels=(2, 2, 2), dropout=0), seed=4)
    ends = [
        tune(network, (images, labels), steps=2, seed=seed).weights["conv1"]["kernel"]
        for seed in (1, 1, 2)
    ]
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-6)
    assert np.abs(ends[0] - ends[2]).max() > 1e-5


def test_a_step_without_a_learning_rate_changes_no_trained_weight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning, "LEARNING_RATE", 0.0)
    data = load_mnist()
    network = random_network(ModelSpec(channels=(2, 3, 4)), seed=4)
    same = tune(network, (data.x_train[:500], data.y_train[:500]), steps=1)
    assert list(same.weights) == list(network.weights)
    for layer, arrays in network.weights.items():
        for name, array in arrays.items():
            if name.startswith("moving_"):
                continue
            np.testing.assert_array_equal(same.weights[layer][name], array)
