"""Which of two plans is better, from accuracies of the same seeds: a verdict by a rule set before.

The differences are paired: what a seed does to both plans cancels out. The rule, in this order:
equivalent, when the 90 % interval of the mean difference lies inside the margin (two one-sided
tests, Schuirmann 1987); better or worse, when the 95 % interval leaves out 0 after Holm's
correction (1979) for looking at several pairs; else they cannot be told apart.
"""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.thresholds import ALPHA, MARGIN
from mnistviz.core.types.studies import PairedComparison, Verdict

MOST_SEEDS = 1_000


def duels(
    accuracies: Mapping[str, Mapping[int, float]], against: str | None = None
) -> list[PairedComparison]:
    """Every pair of plans, in the order given. `accuracies` are by plan, then by seed.

    With `against`, only the pairs of every other plan with that one: fewer questions, so that
    Holm's correction takes less.
    """
    pairs = list(itertools.combinations(accuracies, 2))
    if against is not None:
        pairs = [(plan, against) for plan in accuracies if plan != against]
    shared = [tuple(sorted(accuracies[a].keys() & accuracies[b].keys())) for a, b in pairs]
    apart = [
        np.array([accuracies[a][seed] - accuracies[b][seed] for seed in seeds])
        for (a, b), seeds in zip(pairs, shared, strict=True)
    ]
    p_values = [p_of(values) for values in apart]
    corrected = holm(p_values)
    return [
        _duel(first, second, seeds, values, p, p_holm)
        for (first, second), seeds, values, p, p_holm in zip(
            pairs, shared, apart, p_values, corrected, strict=True
        )
    ]


def _duel(
    first: str,
    second: str,
    seeds: tuple[int, ...],
    apart: NDArray[np.float64],
    p: float,
    p_holm: float,
) -> PairedComparison:
    mean = float(apart.mean()) if len(apart) else math.nan
    wide, narrow = half_width(apart, 0.95), half_width(apart, 0.90)
    verdict = verdict_of(mean, narrow, p_holm)
    return PairedComparison(
        first,
        second,
        seeds,
        tuple(apart.tolist()),
        mean,
        (mean - wide, mean + wide),
        (mean - narrow, mean + narrow),
        p,
        p_holm,
        verdict,
        seeds_needed(apart) if verdict == "cannot be told apart" else None,
    )


def verdict_of(mean: float, narrow: float, p_holm: float) -> Verdict:
    """The rule. `narrow` is half the width of the 90 % interval."""
    if math.isnan(narrow):
        return "too few seeds"
    if abs(mean) + narrow < MARGIN:
        return "equivalent"
    if p_holm < ALPHA:
        return "better" if mean > 0 else "worse"
    return "cannot be told apart"


def half_width(apart: NDArray[np.float64], confidence: float) -> float:
    """Half the width of the mean's interval by Student's t (1908); NaN for fewer than two."""
    if len(apart) < 2:
        return math.nan
    return _half_width(float(apart.std(ddof=1)), len(apart), confidence)


def _half_width(deviation: float, count: int, confidence: float) -> float:
    # It takes a tenth of a second to import, and few pages come here.
    from scipy.special import stdtrit

    quantile = float(stdtrit(count - 1, (1 + confidence) / 2))
    return quantile * deviation / math.sqrt(count)


def p_of(apart: NDArray[np.float64]) -> float:
    """p of the two-sided paired t-test; NaN for fewer than two, 1 where nothing differs."""
    from scipy.special import stdtr

    if len(apart) < 2:
        return math.nan
    mean, error = float(apart.mean()), float(apart.std(ddof=1)) / math.sqrt(len(apart))
    if not error:
        return 1.0 if not mean else 0.0
    return 2 * float(stdtr(len(apart) - 1, -abs(mean / error)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979) of several p-values. NaN stays, and doesn't count."""
    order = sorted(
        (index for index, p in enumerate(p_values) if not math.isnan(p)),
        key=lambda index: p_values[index],
    )
    corrected = [math.nan] * len(p_values)
    so_far = 0.0
    for place, index in enumerate(order):
        so_far = max(so_far, min(1.0, (len(order) - place) * p_values[index]))
        corrected[index] = so_far
    return corrected


def seeds_needed(apart: NDArray[np.float64]) -> int | None:
    """How many seeds would tell, with the same mean and spread; None where 1,000 would not.

    Without the correction for several pairs: a lower bound.
    """
    mean, deviation = abs(float(apart.mean())), float(apart.std(ddof=1))
    for count in range(len(apart) + 1, MOST_SEEDS + 1):
        apart_from_zero = mean > _half_width(deviation, count, 0.95)
        if apart_from_zero or mean + _half_width(deviation, count, 0.90) < MARGIN:
            return count
    return None
