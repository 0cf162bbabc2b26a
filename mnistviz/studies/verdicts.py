"""Comparisons of channel plans by the accuracies of the same seeds, with a verdict for each pair.

The differences are paired: the effect of a seed on both plans cancels out. The rule, in this order:
equivalent, when the 90 % interval of the mean difference lies inside the margin (two one-sided
tests, Schuirmann 1987); better or worse, when the paired t-test is significant after Holm's
correction (1979) for several pairs; else they cannot be told apart.
"""

import itertools
import math
from collections.abc import Mapping

from mnistviz.core.statistics import half_width, holm, paired, paired_t_p, seeds_needed
from mnistviz.core.thresholds import ALPHA, EQUIVALENCE_CONFIDENCE, MARGIN
from mnistviz.core.types.arrays import DoubleArray
from mnistviz.core.types.studies import PairedComparison, Verdict


def compare_plans(
    accuracies: Mapping[str, Mapping[int, float]], against: str | None = None
) -> list[PairedComparison]:
    """Return the comparison of every pair of plans, in the order given.

    `accuracies` are by plan, then by seed. With `against`, only the pairs of every other plan with
    that one, so that Holm's correction is for fewer pairs.
    """
    pairs = list(itertools.combinations(accuracies, 2))
    if against is not None:
        pairs = [(plan, against) for plan in accuracies if plan != against]
    samples = [paired(accuracies[first], accuracies[second]) for first, second in pairs]
    p_values = [paired_t_p(differences) for _, differences in samples]
    return [
        _comparison(pair, seeds, differences, p, p_holm)
        for pair, (seeds, differences), p, p_holm in zip(
            pairs, samples, p_values, holm(p_values), strict=True
        )
    ]


def _comparison(
    plans: tuple[str, str],
    seeds: tuple[int, ...],
    differences: DoubleArray,
    p: float,
    p_holm: float,
) -> PairedComparison:
    mean = float(differences.mean()) if len(differences) else math.nan
    wide, narrow = half_width(differences), half_width(differences, EQUIVALENCE_CONFIDENCE)
    verdict = verdict_of(mean, narrow, p_holm)
    return PairedComparison(
        *plans,
        seeds,
        tuple(differences.tolist()),
        mean,
        (mean - wide, mean + wide),
        (mean - narrow, mean + narrow),
        p,
        p_holm,
        verdict,
        seeds_needed(differences) if verdict == "cannot be told apart" else None,
    )


def verdict_of(mean: float, narrow: float, p_holm: float) -> Verdict:
    """Return the verdict by the rule. `narrow` is half the width of the 90 % interval."""
    if math.isnan(narrow):
        return "too few seeds"
    if abs(mean) + narrow < MARGIN:
        return "equivalent"
    if p_holm < ALPHA:
        return "better" if mean > 0 else "worse"
    return "cannot be told apart"
