"""Charts of channels switched off."""

import numpy as np
import pytest

from mnistviz.charts.colour_scales import SIGNED
from mnistviz.charts.inspection.layer_ablation import (
    accuracy_drop_figure,
    remaining_channels_figure,
)
from mnistviz.core.types.inspection import LayerAblation, PruningResult


@pytest.fixture
def ablation() -> LayerAblation:
    return LayerAblation(
        layer="conv2",
        replacement="mean",
        images=1_000,
        lost=np.array([21, 2, 5]),
        gained=np.array([1, 3, 0]),
        order=np.array([1, 2, 0]),
        least_first=np.array([0.99, 0.991, 0.985, 0.1]),
        most_first=np.array([0.99, 0.97, 0.9, 0.1]),
        random=np.array([[0.99, 0.98, 0.95, 0.1], [0.99, 0.96, 0.97, 0.1]]),
    )


def bounds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values - 0.002, values + 0.003


def test_every_channel_has_a_bar_with_its_interval_the_most_important_first(
    ablation: LayerAblation,
) -> None:
    (bars,) = accuracy_drop_figure(ablation, bounds(ablation.drops)).data
    assert list(bars.x) == ["0", "2", "1"]
    assert list(bars.y) == pytest.approx([2.0, 0.5, -0.1])
    assert list(bars.error_y.array) == pytest.approx([0.3] * 3)
    assert list(bars.error_y.arrayminus) == pytest.approx([0.2] * 3)
    assert list(bars.marker.color) == [SIGNED[-1][1], SIGNED[-1][1], SIGNED[0][1]]
    assert bars.customdata[0].tolist() == pytest.approx([1.8, 2.3, 21, 1])


def test_every_order_is_a_line_from_all_channels_to_none(ablation: LayerAblation) -> None:
    draws, band, least, random, most = remaining_channels_figure(
        ablation, bounds(ablation.least_first)
    ).data
    for line in (least, random, most):
        assert list(line.x) == [3, 2, 1, 0]
    assert list(least.y) == pytest.approx([99, 99.1, 98.5, 10])
    assert list(random.y) == pytest.approx([99, 97, 96, 10])
    assert list(most.y) == pytest.approx([99, 97, 90, 10])
    assert list(draws.y) == pytest.approx([99, 98, 97, 10, 10, 95, 96, 99])
    assert list(band.y[:4]) == pytest.approx([99.3, 99.4, 98.8, 10.3])
    assert random.customdata[1].tolist() == pytest.approx([96, 98])


def test_accuracy_after_more_training_has_a_line(ablation: LayerAblation) -> None:
    tuned = PruningResult(
        "conv2", 300, 10_000, np.array([3, 1]), np.array([0.99, 0.9]), np.array([1, 0.98])
    )
    line = remaining_channels_figure(ablation, bounds(ablation.least_first), tuned).data[-1]
    assert (list(line.x), list(line.y)) == ([3, 1], [100, 98])
    assert list(line.customdata) == [99, 90]
    assert line.name == "after 300 more steps"
