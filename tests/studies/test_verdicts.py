"""Verdicts on pairs of plans, against scipy's paired t-test and rules worked out by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.studies import PairedComparison
from mnistviz.studies import verdicts
from mnistviz.studies.verdicts import duels, half_width, holm, p_of, seeds_needed


def by_seed(values: list[float]) -> dict[int, float]:
    return dict(enumerate(values))


def only_duel(first: list[float], second: list[float]) -> PairedComparison:
    (duel,) = duels({"a": by_seed(first), "b": by_seed(second)})
    return duel


@pytest.mark.parametrize("count", [2, 5, 30])
def test_p_and_intervals_are_those_of_scipys_paired_t_test(count: int) -> None:
    generator = np.random.default_rng(count)
    first, second = generator.normal(0.99, 0.001, (2, count))
    expected = stats.ttest_rel(first, second)
    assert p_of(first - second) == pytest.approx(expected.pvalue, rel=1e-9)
    for confidence in (0.90, 0.95):
        low, high = expected.confidence_interval(confidence)
        half = half_width(first - second, confidence)
        assert half == pytest.approx((high - low) / 2, rel=1e-9)


def test_holm_corrects_step_by_step_and_never_downwards() -> None:
    # By hand: 4 × 0.01, then 3 × 0.02, then 2 × 0.03, which ties, then the greatest so far.
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_what_has_no_p_is_not_counted_as_a_pair() -> None:
    corrected = holm([math.nan, 0.01, 0.04])
    assert math.isnan(corrected[0])
    assert corrected[1:] == pytest.approx([0.02, 0.04])


def test_a_small_difference_that_is_certain_is_equivalent() -> None:
    # 0.02 points better in every seed: certain, but within the margin.
    first = [0.9942, 0.9952, 0.9947, 0.9940]
    duel = only_duel(first, [value - 0.0002 for value in first])
    assert duel.p_holm < 0.05
    assert duel.verdict == "equivalent"


@pytest.mark.parametrize(("sign", "verdict"), [(1, "better"), (-1, "worse")])
def test_a_difference_beyond_the_margin_is_told(sign: int, verdict: str) -> None:
    apart = np.array([0.0030, 0.0035, 0.0028, 0.0032, 0.0029]) * sign
    duel = only_duel((0.99 + apart).tolist(), [0.99] * 5)
    assert duel.verdict == verdict
    assert duel.mean == pytest.approx(apart.mean())
    assert duel.seeds == (0, 1, 2, 3, 4)
    assert duel.interval[0] < duel.narrow[0] < duel.mean < duel.narrow[1] < duel.interval[1]


def test_several_pairs_ask_for_more() -> None:
    first, second = [0.9950, 0.9952, 0.9951, 0.9953], [0.9938, 0.9946, 0.9935, 0.9930]
    alone = only_duel(first, second)
    assert alone.verdict == "better"
    noise = np.random.default_rng(0).normal(0.99, 0.004, (4, 4))
    many = {"a": by_seed(first), "b": by_seed(second)}
    many |= {f"other {row}": by_seed(values.tolist()) for row, values in enumerate(noise)}
    among_many = duels(many)[0]
    assert among_many.p == alone.p
    assert among_many.p_holm > 0.05
    assert among_many.verdict == "cannot be told apart"


def test_what_cannot_be_told_apart_says_how_many_seeds_would_tell() -> None:
    apart = np.array([0.004, -0.003, 0.005, -0.001])
    duel = only_duel((0.99 + apart).tolist(), [0.99] * 4)
    assert duel.verdict == "cannot be told apart"
    needed = duel.seeds_needed
    assert needed is not None
    deviation = apart.std(ddof=1)

    def settled(count: int) -> bool:
        error = deviation / math.sqrt(count)
        apart_from_0 = apart.mean() > stats.t.ppf(0.975, count - 1) * error
        return bool(apart_from_0 or apart.mean() + stats.t.ppf(0.95, count - 1) * error < MARGIN)

    assert settled(needed)
    assert not settled(needed - 1)


def test_a_difference_that_sits_on_the_margin_needs_more_seeds_than_anyone_has() -> None:
    assert seeds_needed(np.array([0.05, -0.05, 0.05, -0.05])) is None


@pytest.mark.parametrize("seeds", [[], [3]])
def test_fewer_than_two_shared_seeds_give_no_verdict(seeds: list[int]) -> None:
    (duel,) = duels({"a": dict.fromkeys(seeds, 0.99), "b": dict.fromkeys([*seeds, 9], 0.98)})
    assert duel.seeds == tuple(seeds)
    assert duel.verdict == "too few seeds"
    assert duel.seeds_needed is None


def test_accuracies_that_are_all_the_same_are_equivalent() -> None:
    assert only_duel([0.99, 0.991], [0.99, 0.991]).verdict == "equivalent"


def test_the_margin_is_a_tenth_of_a_point() -> None:
    assert verdicts.MARGIN == 0.001


def test_against_one_plan_holm_counts_only_the_pairs_with_it() -> None:
    found = {
        "a": by_seed([0.99, 0.991, 0.992]),
        "b": by_seed([0.98, 0.982, 0.981]),
        "c": by_seed([0.97, 0.973, 0.975]),
    }
    pairs = duels(found, against="b")
    assert [(duel.first, duel.second) for duel in pairs] == [("a", "b"), ("c", "b")]
    expected = [
        stats.ttest_rel(list(found[one].values()), list(found["b"].values())).pvalue
        for one in ("a", "c")
    ]
    assert [duel.p for duel in pairs] == pytest.approx(expected)
    smaller, greater = sorted(expected)
    assert sorted(duel.p_holm for duel in pairs) == pytest.approx(
        [2 * smaller, max(2 * smaller, greater)]
    )
