"""Redundancy of a layer's channels: rank, principal components, dead channels and twins."""

import numpy as np

from mnistviz.core.thresholds import SHARES, TWIN_CORRELATION
from mnistviz.core.types.arrays import DoubleArray, IntArray
from mnistviz.core.types.inspection import LayerRedundancy, LayerStatistics


def use_of(layer: str, statistics: LayerStatistics) -> LayerRedundancy:
    """The redundancy of a layer by its channel statistics."""
    variances = spectrum(statistics.covariance)
    correlation = correlation_of(statistics.covariance)
    with np.errstate(invalid="ignore"):
        alike = np.triu(np.abs(correlation) >= TWIN_CORRELATION, 1)
    return LayerRedundancy(
        layer=layer,
        channels=len(statistics.mean),
        effective_rank=effective_rank(variances),
        needed_95=components_needed(variances, SHARES[0]),
        needed_99=components_needed(variances, SHARES[1]),
        dead=tuple(np.flatnonzero(statistics.largest <= 0).tolist()),
        twins=tuple((int(one), int(other)) for one, other in np.argwhere(alike)),
    )


def spectrum(covariance: DoubleArray) -> DoubleArray:
    """Variances of the principal components, the greatest first, none below 0."""
    ascending = np.linalg.eigvalsh(covariance)
    variances: DoubleArray = np.maximum(ascending[::-1], 0)
    return variances


def effective_rank(variances: DoubleArray) -> float:
    """The exponential of the entropy of the shares of variance (Roy and Vetterli 2007).

    n equal variances give n, a single one 1, none 0.
    """
    total = variances.sum()
    if not total > 0:
        return 0.0
    shares = variances[variances > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


def components_needed(variances: DoubleArray, share: float) -> int:
    """The number of largest variances that add up to a share, in (0, 1), of their sum."""
    total = variances.sum()
    if not total > 0:
        return 0
    # The tolerance is for rounding.
    reached = np.cumsum(variances) / total >= share - 1e-12
    return int(np.argmax(reached)) + 1


def correlation_of(covariance: DoubleArray) -> DoubleArray:
    """Pearson's correlation of the channels; NaN for a constant one."""
    deviation = np.sqrt(np.diag(covariance))
    deviation = np.where(deviation > 0, deviation, np.nan)
    correlation: DoubleArray = covariance / np.outer(deviation, deviation)
    return np.clip(correlation, -1, 1)


def cluster_order(correlation: DoubleArray) -> IntArray:
    """An order in which correlated channels, positively or negatively, are side by side.

    Average linkage of 1 - |r|, the leaves ordered after Bar-Joseph and others (2001).
    """
    if len(correlation) < 3:
        return np.arange(len(correlation))
    # Imported here: it takes longer than the rest of a page's imports.
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    apart = 1 - np.abs(np.nan_to_num(correlation))
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), method="average", optimal_ordering=True)
    return np.asarray(leaves_list(tree), dtype=int)
