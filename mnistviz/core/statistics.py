"""Intervals, paired tests and scores that the whole project shares.

`scipy.special` has the distributions: it is imported in a quarter of the time of `scipy.stats`,
and only when a function needs it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistviz.core.thresholds import CONFIDENCE, EQUIVALENCE_CONFIDENCE, MARGIN
from mnistviz.core.types.arrays import DoubleArray

# Two-sided 95 % of the normal distribution.
QUANTILE = 1.959963984540054
# The largest number of seeds that `seeds_needed` returns.
MAX_SEEDS = 1_000

# ---------------------------------------------------------------- shares


def share_interval(share: ArrayLike, count: int) -> tuple[DoubleArray, DoubleArray]:
    """Return the bounds of the 95 % interval (Wilson 1927) of shares of `count` images.

    The shares are in [0, 1]; both bounds have their shape.
    """
    shares = np.asarray(share, np.float64)
    square = QUANTILE**2
    centre = (shares + square / (2 * count)) / (1 + square / count)
    half = (
        QUANTILE
        / (1 + square / count)
        * np.sqrt(shares * (1 - shares) / count + square / (4 * count**2))
    )
    # Exactly 0 and 1 where none or all are right, which rounding would miss.
    return np.where(shares == 0, 0.0, centre - half), np.where(shares == 1, 1.0, centre + half)


def accuracy_interval(right: int, images: int) -> tuple[float, float]:
    """Return the 95 % interval (Wilson 1927) of an accuracy; (0, 1) for no images."""
    if not images:
        return 0.0, 1.0
    low, high = share_interval(right / images, images)
    return float(low), float(high)


def drop_interval(
    lost: ArrayLike, gained: ArrayLike, count: int
) -> tuple[DoubleArray, DoubleArray]:
    """Return the bounds of the 95 % interval of a drop in accuracy on the same `count` images.

    `lost` images were read right only the first time, `gained` only the second time. Agresti and
    Min (2005) add half an image to each of the four cells, so that no change has an interval too.
    """
    more, less = np.asarray(lost, np.float64) + 0.5, np.asarray(gained, np.float64) + 0.5
    total = count + 2
    drop = (more - less) / total
    half = QUANTILE * np.sqrt((more + less) - (more - less) ** 2 / total) / total
    return drop - half, drop + half


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Return the p-value of McNemar's exact test (1947), 1 where the two never differ.

    The arguments are the numbers of images that only the first and only the second network reads
    right. The p-value is two-sided: that of a fair coin (binomial test).
    """
    from scipy.special import bdtr

    differing = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), differing, 0.5)))


# ---------------------------------------------------------------- means


def half_width(values: DoubleArray, confidence: float = CONFIDENCE) -> float:
    """Return half the width of the mean's interval (Student's t, 1908), NaN for fewer than two."""
    if len(values) < 2:
        return math.nan
    return _half_width(float(values.std(ddof=1)), len(values), confidence)


def _half_width(deviation: float, count: int, confidence: float) -> float:
    from scipy.special import stdtrit

    quantile = float(stdtrit(count - 1, (1 + confidence) / 2))
    return quantile * deviation / math.sqrt(count)


def paired(
    first: Mapping[int, float], second: Mapping[int, float]
) -> tuple[tuple[int, ...], DoubleArray]:
    """Return the seeds that both have, ascending, and first minus second for each of them."""
    seeds = tuple(sorted(first.keys() & second.keys()))
    return seeds, np.array([first[seed] - second[seed] for seed in seeds], np.float64)


def paired_t_p(differences: DoubleArray) -> float:
    """Return the p-value of the two-sided paired t-test of differences `(n,)`.

    NaN for fewer than two; where all are equal, 1 for zeros and 0 for others.
    """
    from scipy.special import stdtr

    count = len(differences)
    if count < 2:
        return math.nan
    mean, error = float(differences.mean()), float(differences.std(ddof=1)) / math.sqrt(count)
    if not error:
        return 1.0 if not mean else 0.0
    return 2 * float(stdtr(count - 1, -abs(mean / error)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values after Holm's step-down correction (1979). NaN stays and is not counted."""
    order = sorted(
        (index for index, p in enumerate(p_values) if not math.isnan(p)),
        key=lambda index: p_values[index],
    )
    corrected = [math.nan] * len(p_values)
    largest = 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - place) * p_values[index]))
        corrected[index] = largest
    return corrected


def seeds_needed(differences: DoubleArray) -> int | None:
    """Return the number of seeds that would decide, at the same mean and standard deviation.

    A comparison is decided when the 95 % interval excludes 0 or the 90 % interval is within the
    margin. None where `MAX_SEEDS` seeds would not do. It is a lower bound: the correction for
    several pairs is left out.
    """
    mean, deviation = abs(float(differences.mean())), float(differences.std(ddof=1))
    for count in range(len(differences) + 1, MAX_SEEDS + 1):
        excludes_zero = mean > _half_width(deviation, count, CONFIDENCE)
        if excludes_zero or mean + _half_width(deviation, count, EQUIVALENCE_CONFIDENCE) < MARGIN:
            return count
    return None


# ---------------------------------------------------------------- logits


def negative_log_likelihood(
    logits: NDArray[np.floating], labels: NDArray[np.integer]
) -> DoubleArray:
    """Return the loss of each image `(n,)`, in nats, of logits `(n, 10)` and labels `(n,)`."""
    from scipy.special import logsumexp

    wide = logits.astype(np.float64)
    losses: DoubleArray = logsumexp(wide, axis=1) - wide[np.arange(len(labels)), labels]
    return losses
