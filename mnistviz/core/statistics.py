"""95 % intervals of accuracies that were measured on so many images."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Two-sided 95 % of the normal distribution.
QUANTILE = 1.959963984540054


def of_share(share: ArrayLike, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of shares in [0, 1] of `count` images (Wilson 1927), of the same shape each."""
    shares = np.asarray(share, np.float64)
    square = QUANTILE**2
    centre = (shares + square / (2 * count)) / (1 + square / count)
    half = (
        QUANTILE
        / (1 + square / count)
        * np.sqrt(shares * (1 - shares) / count + square / (4 * count**2))
    )
    return centre - half, centre + half


def of_drop(
    lost: ArrayLike, gained: ArrayLike, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of the drop in accuracy, when the same `count` images are read twice.

    `lost` were read right the first time alone, `gained` the second time alone. After Agresti
    and Min (2005), who add half an image to each of the four cells: an interval even where
    nothing changed.
    """
    more, less = np.asarray(lost, np.float64) + 0.5, np.asarray(gained, np.float64) + 0.5
    total = count + 2
    drop = (more - less) / total
    half = QUANTILE * np.sqrt((more + less) - (more - less) ** 2 / total) / total
    return drop - half, drop + half
