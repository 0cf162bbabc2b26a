"""Whether a network is as sure as it is right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# As in Guo et al., 2017, who made the measure known.
NUM_BINS = 15


@dataclass(frozen=True)
class Reliability:
    """Images by how sure the network is: bins of equal width over [0, 1].

    `counts` (bins,) int64; `confidence` and `accuracy` (bins,) are the means of a bin's images,
    NaN in an empty one. `error` is the expected calibration error (Naeini et al., 2015): how far
    the two lie apart on average over the images. All shares in [0, 1].
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    error: float


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], num_bins: int = NUM_BINS
) -> Reliability:
    """Sort images by the probability of their answer `(n,)` and see how many are right `(n,)`."""
    edges = np.linspace(0, 1, num_bins + 1)
    # A bin holds its upper edge: a probability of 1 belongs to the last one.
    places = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, num_bins - 1)
    counts = np.bincount(places, minlength=num_bins)
    with np.errstate(invalid="ignore"):
        sure = np.bincount(places, confidence, num_bins) / counts
        true = np.bincount(places, right, num_bins) / counts
    apart = np.where(counts > 0, np.abs(true - sure), 0.0)
    error = float((apart * counts).sum() / max(1, counts.sum()))
    return Reliability(edges, counts, sure, true, error)


def refusals(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What refusing the least sure answers gains: shares refused, accuracy of those left.

    Of n images both are `(n,)`: 0, 1, … n - 1 of them refused, the least sure first.
    """
    order = np.argsort(confidence, kind="stable")
    left = np.arange(len(order), 0, -1)
    accuracy = right[order][::-1].cumsum()[::-1] / left
    return 1 - left / max(1, len(order)), accuracy
