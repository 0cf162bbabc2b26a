"""The accuracy with channels switched off, in words."""

import numpy as np
import pytest

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.types.inspection import LayerAblation, PruningResult
from mnistviz.ui.channels.ablation_view import needed_text, pruning_text


@pytest.mark.parametrize(("images", "balanced"), [(NUM_TEST_IMAGES, False), (2_000, True)])
def test_the_text_on_needed_channels_says_what_it_was_measured_on(
    images: int, balanced: bool
) -> None:
    zeros = np.zeros(2, int)
    accuracies = np.array([0.99, 0.9895, 0.1])
    ablation = LayerAblation(
        "conv3", "mean", images, zeros, zeros, zeros, accuracies, accuracies, accuracies[None]
    )
    text = needed_text(ablation)
    assert text.startswith("**1 of 2 channels** of conv3 are enough to stay within 0.10 points")
    assert (", as many of each digit" in text) is balanced


def test_the_text_on_pruning_compares_the_cuts_with_the_whole_network() -> None:
    pruning = PruningResult(
        "conv3", 400, 2000, np.array([20, 10]), np.array([0.99, 0.5]), np.array([0.991, 0.985])
    )
    text = pruning_text(pruning)
    assert "with 10 from 50.00% to **98.50%**" in text
    assert "All 20 channels, trained as long, go from 99.00% to 99.10%." in text
