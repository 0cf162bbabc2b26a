"""Quantiles of the weights and the activations of a network."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist
from mnistviz.inspection.distributions import QUANTILES, distributions_of, quantiles_of
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import latest_snapshot


def test_quantiles_of_a_normal_distribution_are_its_deviations() -> None:
    values = np.random.default_rng(0).normal(3, 2, 200_000)
    found = quantiles_of(values)
    assert len(found) == len(QUANTILES)
    assert found[1:-1] == pytest.approx((0, 1, 2, 3, 4, 5, 6), abs=0.03)
    assert found[0] == pytest.approx(values.min(), rel=1e-3)


def test_each_convolution_of_a_network_has_its_weights_and_activations() -> None:
    network = load(latest_snapshot(registry.find_run("reference")))
    images = load_mnist().x_test[:3]
    gradients = {"conv1": np.array([-1.0, 0.0, 1.0], np.float32)}
    found = distributions_of(7, network, images, gradients)
    names = [layer.name for layer in ModelSpec().convolutions]
    assert (list(found.weights), list(found.activations)) == (names, names)
    assert (found.step, found.gradients["conv1"][4]) == (7, 0)
    logits = network.logits(images)
    assert found.activations["conv8"][0] == pytest.approx(logits.min(), rel=1e-3)
    assert found.activations["conv8"][-1] == pytest.approx(logits.max(), rel=1e-3)
    assert found.activations["conv3"][0] == 0
