"""Intervals of accuracies: against scipy, and against drawing the images again."""

import numpy as np
import pytest
from scipy.stats import binomtest

from mnistviz.core import statistics


@pytest.mark.parametrize(("right", "count"), [(0, 50), (1989, 2000), (2000, 2000), (9951, 10_000)])
def test_the_interval_of_a_share_is_wilsons(right: int, count: int) -> None:
    expected = binomtest(right, count).proportion_ci(method="wilson")
    low, high = statistics.of_share(right / count, count)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_shares_may_be_an_array() -> None:
    low, high = statistics.of_share([0.5, 0.99], 100)
    assert low.shape == high.shape == (2,)
    assert float(low[1]) == float(statistics.of_share(0.99, 100)[0])


def test_the_interval_of_a_drop_is_what_drawing_the_images_again_gives() -> None:
    lost, gained, count = 60, 20, 2_000
    changes = np.zeros(count)
    changes[:lost], changes[lost : lost + gained] = 1, -1
    drawn = np.random.default_rng(1).choice(changes, size=(4_000, count)).mean(axis=1)
    low, high = statistics.of_drop(lost, gained, count)
    assert [float(low), float(high)] == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.0008
    )


def test_a_drop_of_nothing_is_not_known_to_the_last_digit() -> None:
    low, high = statistics.of_drop([0, 0], [0, 4], 2_000)
    assert low[0] == -high[0] < 0
    assert low[1] < -4 / 2_000 < high[1]
