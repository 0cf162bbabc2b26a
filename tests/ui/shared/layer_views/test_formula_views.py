"""The numbers of a batch normalization."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.network.layers import gain_and_shift
from mnistviz.ui.shared.layer_views.formula_views import normalization_of
from tests.helpers.made_networks import random_network


def test_the_numbers_of_a_normalization_are_those_of_its_channel() -> None:
    weights = random_network(ModelSpec(channels=(2, 3, 4))).weights
    numbers = normalization_of(weights, "bn2", 1)
    value = 0.7
    expected = (value - numbers.mean) / np.sqrt(numbers.variance + numbers.epsilon)
    gain, shift = gain_and_shift(weights["bn2"])
    result = expected * numbers.gamma + numbers.beta
    assert result == pytest.approx(value * gain[1] + shift[1], rel=1e-5)
