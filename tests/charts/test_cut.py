"""Charts of channels switched off."""

import numpy as np
import pytest

from mnistviz.charts.cut import drop_bars, ever_fewer
from mnistviz.charts.theme import SIGNED
from mnistviz.rows import LayerAblation


@pytest.fixture
def found() -> LayerAblation:
    return LayerAblation(
        layer="conv2",
        images=200,
        drops=np.array([0.02, -0.001, 0.005]),
        order=np.array([1, 2, 0]),
        least_first=np.array([0.99, 0.991, 0.985, 0.1]),
        most_first=np.array([0.99, 0.97, 0.9, 0.1]),
        random=np.array([[0.99, 0.98, 0.95, 0.1], [0.99, 0.96, 0.97, 0.1]]),
    )


def test_every_channel_has_a_bar_the_most_important_first(found: LayerAblation) -> None:
    (bars,) = drop_bars(found).data
    assert list(bars.x) == ["0", "2", "1"]
    assert list(bars.y) == pytest.approx([2.0, 0.5, -0.1])
    assert list(bars.marker.color) == [SIGNED[-1][1], SIGNED[-1][1], SIGNED[0][1]]


def test_every_order_is_a_line_from_all_channels_to_none(found: LayerAblation) -> None:
    band, least, random, most = ever_fewer(found).data
    for line in (least, random, most):
        assert list(line.x) == [3, 2, 1, 0]
    assert list(least.y) == pytest.approx([99, 99.1, 98.5, 10])
    assert list(random.y) == pytest.approx([99, 97, 96, 10])
    assert list(most.y) == pytest.approx([99, 97, 90, 10])
    assert list(band.y) == pytest.approx([99, 98, 97, 10, 10, 95, 96, 99])
