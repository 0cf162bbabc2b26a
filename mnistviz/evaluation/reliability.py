"""Reliability diagrams, and accuracy after rejecting uncertain answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import BoolArray, DoubleArray

# As in Guo et al., 2017.
NUM_BINS = 15


@dataclass(frozen=True)
class Reliability:
    """Images by the probability of their answer, in bins of equal width over [0, 1].

    `counts` (bins,) int64; `confidence` and `accuracy` (bins,) are the means of a bin's images,
    NaN in an empty one. `error` is the expected calibration error (Naeini et al., 2015): the mean
    absolute difference of the two over the images. All are in [0, 1].
    """

    edges: DoubleArray
    counts: NDArray[np.int64]
    confidence: DoubleArray
    accuracy: DoubleArray
    error: float


def reliability(confidence: DoubleArray, right: BoolArray, num_bins: int = NUM_BINS) -> Reliability:
    """Return confidence and accuracy by bin.

    `confidence` `(n,)` is the probability of each answer, `right` `(n,)` whether it is correct.
    """
    edges = np.linspace(0, 1, num_bins + 1)
    # A bin includes its upper edge: a probability of 1 is in the last one.
    bins = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, num_bins - 1)
    counts = np.bincount(bins, minlength=num_bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(bins, confidence, num_bins) / counts
        accuracy = np.bincount(bins, right, num_bins) / counts
    difference = np.where(counts > 0, np.abs(accuracy - mean_confidence), 0.0)
    error = float((difference * counts).sum() / max(1, counts.sum()))
    return Reliability(edges, counts, mean_confidence, accuracy, error)


def selective_accuracy(
    confidence: DoubleArray, right: BoolArray
) -> tuple[DoubleArray, DoubleArray]:
    """Return the shares of images rejected and the accuracies of the others, both `(n,)`.

    0, 1, … n - 1 of the n images are rejected, those with the lowest confidence first.
    """
    order = np.argsort(confidence, kind="stable")
    left = np.arange(len(order), 0, -1)
    accuracy = right[order][::-1].cumsum()[::-1] / left
    return 1 - left / max(1, len(order)), accuracy
