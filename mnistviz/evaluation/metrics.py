"""How good answers are, number by number: intervals, classes, the k likeliest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray


@dataclass(frozen=True)
class ClassScore:
    """How the images of one digit are read. Shares in [0, 1], NaN where nothing counts.

    `precision` is how much of what was read as this digit is one, `recall` how much of what is
    one was read as one, `f1` their harmonic mean.
    """

    digit: int
    images: int
    precision: float
    recall: float
    f1: float


def interval(right: int, images: int) -> tuple[float, float]:
    """The 95 % interval (Wilson, 1927) of the share of right answers, each in [0, 1]."""
    from scipy.stats import binomtest

    if not images:
        return 0.0, 1.0
    found = binomtest(right, images).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def class_scores(labels: NDArray[np.uint8], answers: NDArray[np.integer]) -> list[ClassScore]:
    """A row for each of the ten digits, of labels `(n,)` and answers `(n,)`."""
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        labels, answers, labels=range(NUM_CLASSES), zero_division=np.nan
    )
    return [
        ClassScore(digit, int(images), float(precision), float(recall), float(f1))
        for digit, (precision, recall, f1, images) in enumerate(zip(*columns, strict=True))
    ]


def top_k(logits: FloatArray, labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of the images whose label is among the k likeliest digits, `(10,)`, k from 1.

    The last is 1 by necessity. Of equal logits the smaller digit goes first, as for the answer.
    """
    order = np.argsort(-logits, axis=1, kind="stable")
    ranks = (order == labels[:, np.newaxis]).argmax(axis=1)
    counts = np.bincount(ranks, minlength=NUM_CLASSES)
    shares: NDArray[np.float64] = counts.cumsum() / len(labels)
    return shares
