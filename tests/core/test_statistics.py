"""Intervals, tests and scores, against scipy.stats, resampling and results worked out by hand."""

import math
from math import comb

import numpy as np
import pytest
from scipy import stats

from mnistviz.core import statistics
from mnistviz.core.thresholds import CONFIDENCE

# ---------------------------------------------------------------- shares


@pytest.mark.parametrize(
    ("right", "count"), [(0, 40), (1, 2), (40, 40), (1989, 2000), (9951, 10_000)]
)
def test_the_interval_of_an_accuracy_is_wilsons(right: int, count: int) -> None:
    expected = stats.binomtest(right, count).proportion_ci(CONFIDENCE, method="wilson")
    assert statistics.accuracy_interval(right, count) == pytest.approx(
        (expected.low, expected.high), abs=1e-12
    )


def test_the_interval_ends_exactly_at_0_and_1() -> None:
    assert statistics.accuracy_interval(0, 37)[0] == 0.0
    assert statistics.accuracy_interval(37, 37)[1] == 1.0


def test_no_images_have_the_interval_from_0_to_1() -> None:
    assert statistics.accuracy_interval(0, 0) == (0.0, 1.0)


def test_shares_may_be_an_array() -> None:
    low, high = statistics.share_interval([0.5, 0.99], 100)
    assert low.shape == high.shape == (2,)
    assert (float(low[1]), float(high[1])) == statistics.accuracy_interval(99, 100)


def test_the_interval_of_a_drop_agrees_with_resampling() -> None:
    lost, gained, count = 60, 20, 2_000
    changes = np.zeros(count)
    changes[:lost], changes[lost : lost + gained] = 1, -1
    resampled = np.random.default_rng(1).choice(changes, size=(4_000, count)).mean(axis=1)
    low, high = statistics.drop_interval(lost, gained, count)
    assert [float(low), float(high)] == pytest.approx(
        np.quantile(resampled, [0.025, 0.975]).tolist(), abs=0.0008
    )


def test_a_drop_of_0_has_an_interval() -> None:
    low, high = statistics.drop_interval([0, 0], [0, 4], 2_000)
    assert low[0] == -high[0] < 0
    assert low[1] < -4 / 2_000 < high[1]


@pytest.mark.parametrize(
    ("only_first", "only_second"), [(9, 1), (1, 9), (5, 5), (6, 5), (0, 12), (140, 103)]
)
def test_mcnemars_test_is_scipys_binomial_test(only_first: int, only_second: int) -> None:
    expected = stats.binomtest(only_first, only_first + only_second).pvalue
    assert statistics.mcnemar_p(only_first, only_second) == pytest.approx(expected, abs=1e-12)


def test_mcnemars_test_of_9_to_1_by_hand() -> None:
    assert statistics.mcnemar_p(9, 1) == pytest.approx(2 * (comb(10, 0) + comb(10, 1)) / 2**10)


def test_mcnemars_test_is_1_without_a_difference() -> None:
    assert statistics.mcnemar_p(0, 0) == 1


# ---------------------------------------------------------------- means


@pytest.mark.parametrize("count", [2, 5, 30])
def test_p_and_intervals_are_those_of_scipys_paired_t_test(count: int) -> None:
    first, second = np.random.default_rng(count).normal(0.99, 0.001, (2, count))
    expected = stats.ttest_rel(first, second)
    assert statistics.paired_t_p(first - second) == pytest.approx(expected.pvalue, abs=1e-12)
    for confidence in (0.90, 0.95):
        low, high = expected.confidence_interval(confidence)
        half = statistics.half_width(first - second, confidence)
        assert half == pytest.approx((high - low) / 2, abs=1e-12)


def test_one_value_has_neither_interval_nor_p() -> None:
    assert math.isnan(statistics.half_width(np.array([0.5])))
    assert math.isnan(statistics.paired_t_p(np.array([0.5])))


@pytest.mark.parametrize(("difference", "p"), [(0.0, 1.0), (0.25, 0.0)])
def test_equal_differences_have_p_0_or_1(difference: float, p: float) -> None:
    assert statistics.paired_t_p(np.full(3, difference)) == p


def test_values_are_paired_by_the_seeds_that_both_have() -> None:
    seeds, differences = statistics.paired({3: 0.75, 1: 0.5, 2: 1.0}, {1: 0.25, 3: 1.0, 4: 0.0})
    assert seeds == (1, 3)
    assert differences.tolist() == [0.25, -0.25]
    assert statistics.paired({1: 0.5}, {2: 0.5})[1].shape == (0,)


def test_holm_corrects_step_by_step_and_never_downwards() -> None:
    # By hand: 4 × 0.01, then 3 × 0.02, then 2 × 0.03, which ties, then the greatest so far.
    assert statistics.holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert statistics.holm([0.9, 0.8]) == [1.0, 1.0]


def test_holm_does_not_count_nan() -> None:
    corrected = statistics.holm([math.nan, 0.01, 0.04])
    assert math.isnan(corrected[0])
    assert corrected[1:] == pytest.approx([0.02, 0.04])


def test_a_difference_at_the_margin_needs_more_than_the_maximum_of_seeds() -> None:
    assert statistics.seeds_needed(np.array([0.05, -0.05, 0.05, -0.05])) is None


# ---------------------------------------------------------------- logits


def test_the_negative_log_likelihood_is_that_of_the_softmax() -> None:
    logits = np.random.default_rng(0).normal(0, 5, (20, 10)).astype(np.float32)
    labels = np.arange(20).astype(np.uint8) % 10
    powers = np.exp(logits.astype(np.float64))
    expected = -np.log(powers[np.arange(20), labels] / powers.sum(axis=1))
    losses = statistics.negative_log_likelihood(logits, labels)
    assert losses.dtype == np.float64
    np.testing.assert_allclose(losses, expected, atol=1e-12)


def test_large_logits_do_not_overflow() -> None:
    logits = np.array([[1e4] + [0.0] * 9], np.float32)
    assert statistics.negative_log_likelihood(logits, np.array([1], np.uint8)) == [1e4]
