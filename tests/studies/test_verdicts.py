"""Verdicts on pairs of plans, against scipy's paired t-test and the rule by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.studies import PairedComparison
from mnistviz.studies.verdicts import compare_plans


def by_seed(values: list[float]) -> dict[int, float]:
    return dict(enumerate(values))


def compare_two(first: list[float], second: list[float]) -> PairedComparison:
    (comparison,) = compare_plans({"a": by_seed(first), "b": by_seed(second)})
    return comparison


def test_a_significant_difference_within_the_margin_is_equivalent() -> None:
    # 0.02 points better in every seed: significant, but within the margin.
    first = [0.9942, 0.9952, 0.9947, 0.9940]
    comparison = compare_two(first, [value - 0.0002 for value in first])
    assert comparison.p_holm < 0.05
    assert comparison.verdict == "equivalent"


@pytest.mark.parametrize(("sign", "verdict"), [(1, "better"), (-1, "worse")])
def test_a_significant_difference_is_better_or_worse(sign: int, verdict: str) -> None:
    apart = np.array([0.0030, 0.0035, 0.0028, 0.0032, 0.0029]) * sign
    comparison = compare_two((0.99 + apart).tolist(), [0.99] * 5)
    assert comparison.verdict == verdict
    assert comparison.mean == pytest.approx(apart.mean())
    assert comparison.seeds == (0, 1, 2, 3, 4)
    assert (
        comparison.interval[0]
        < comparison.narrow[0]
        < comparison.mean
        < comparison.narrow[1]
        < comparison.interval[1]
    )


def test_the_verdict_uses_the_p_corrected_for_all_pairs() -> None:
    first, second = [0.9950, 0.9952, 0.9951, 0.9953], [0.9938, 0.9946, 0.9935, 0.9930]
    alone = compare_two(first, second)
    assert alone.verdict == "better"
    noise = np.random.default_rng(0).normal(0.99, 0.004, (4, 4))
    many = {"a": by_seed(first), "b": by_seed(second)}
    many |= {f"other {row}": by_seed(values.tolist()) for row, values in enumerate(noise)}
    among_many = compare_plans(many)[0]
    assert among_many.p == alone.p
    assert among_many.p_holm > 0.05
    assert among_many.verdict == "cannot be told apart"


def test_an_undecided_pair_has_the_number_of_seeds_that_would_decide() -> None:
    apart = np.array([0.004, -0.003, 0.005, -0.001])
    comparison = compare_two((0.99 + apart).tolist(), [0.99] * 4)
    assert comparison.verdict == "cannot be told apart"
    needed = comparison.seeds_needed
    assert needed is not None
    deviation = apart.std(ddof=1)

    def settled(count: int) -> bool:
        error = deviation / math.sqrt(count)
        apart_from_0 = apart.mean() > stats.t.ppf(0.975, count - 1) * error
        return bool(apart_from_0 or apart.mean() + stats.t.ppf(0.95, count - 1) * error < MARGIN)

    assert settled(needed)
    assert not settled(needed - 1)


@pytest.mark.parametrize("seeds", [[], [3]])
def test_fewer_than_two_shared_seeds_give_no_verdict(seeds: list[int]) -> None:
    (comparison,) = compare_plans(
        {"a": dict.fromkeys(seeds, 0.99), "b": dict.fromkeys([*seeds, 9], 0.98)}
    )
    assert comparison.seeds == tuple(seeds)
    assert comparison.verdict == "too few seeds"
    assert comparison.seeds_needed is None


def test_equal_accuracies_are_equivalent() -> None:
    assert compare_two([0.99, 0.991], [0.99, 0.991]).verdict == "equivalent"


def test_against_one_plan_holm_corrects_for_the_pairs_with_it() -> None:
    found = {
        "a": by_seed([0.99, 0.991, 0.992]),
        "b": by_seed([0.98, 0.982, 0.981]),
        "c": by_seed([0.97, 0.973, 0.975]),
    }
    pairs = compare_plans(found, against="b")
    assert [(pair.first, pair.second) for pair in pairs] == [
        ("a", "b"),
        ("c", "b"),
    ]
    expected = [
        stats.ttest_rel(list(found[one].values()), list(found["b"].values())).pvalue
        for one in ("a", "c")
    ]
    assert [comparison.p for comparison in pairs] == pytest.approx(expected)
    smaller, greater = sorted(expected)
    assert sorted(comparison.p_holm for comparison in pairs) == pytest.approx(
        [2 * smaller, max(2 * smaller, greater)]
    )
