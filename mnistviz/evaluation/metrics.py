"""Scores of each digit and top-k accuracy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import ByteArray, DoubleArray, FloatArray


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and F1 score of one digit, in [0, 1], NaN where they are undefined.

    `images` is the number of images with this label.
    """

    digit: int
    images: int
    precision: float
    recall: float
    f1: float


def class_scores(
    labels: ByteArray, answers: NDArray[np.integer], num_classes: int = NUM_CLASSES
) -> list[ClassScore]:
    """Return the scores of the classes, from labels `(n,)` and answers `(n,)`."""
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        labels, answers, labels=range(num_classes), zero_division=np.nan
    )
    return [
        ClassScore(digit, int(images), float(precision), float(recall), float(f1))
        for digit, (precision, recall, f1, images) in enumerate(zip(*columns, strict=True))
    ]


def top_k(logits: FloatArray, labels: ByteArray) -> DoubleArray:
    """Return the top-k accuracies `(10,)` in [0, 1], k from 1 to 10, of logits `(n, 10)`.

    Of equal logits the smaller digit ranks first, as `argmax` has it.
    """
    order = np.argsort(-logits, axis=1, kind="stable")
    ranks = (order == labels[:, np.newaxis]).argmax(axis=1)
    counts = np.bincount(ranks, minlength=logits.shape[1])
    shares: DoubleArray = counts.cumsum() / len(labels)
    return shares
