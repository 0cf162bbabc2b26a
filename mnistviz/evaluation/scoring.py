"""Logits, probabilities and metrics of a network on a labelled set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.statistics import negative_log_likelihood
from mnistviz.core.types.arrays import ByteArray, DoubleArray, FloatArray
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.mnist import to_input

if TYPE_CHECKING:
    # It imports TensorFlow, which cached logits are scored without.
    from mnistviz.network.model import Classifier


def evaluate(
    classifier: Classifier, images: ByteArray, labels: ByteArray, progress: Progress = no_progress
) -> Evaluation:
    """Return the metrics on images `(n, 28, 28)` uint8 with labels `(n,)`.

    `progress` is called with the number of images done.
    """
    return score(predict_logits(classifier, images, progress), labels)


def predict_logits(
    classifier: Classifier, images: ByteArray, progress: Progress = no_progress
) -> FloatArray:
    """Return the logits `(n, 10)` float32 of images `(n, 28, 28)` uint8.

    `progress` is called with the number of images done.
    """
    from mnistviz.network.model import BATCH_SIZE, NUM_THREADS

    logits = [np.zeros((0, NUM_CLASSES), np.float32)]
    at_once = NUM_THREADS * BATCH_SIZE
    for start in range(0, len(images), at_once):
        part = images[start : start + at_once]
        logits.append(classifier.logits(to_input(part)))
        progress(start + len(part))
    return np.concatenate(logits)


def probabilities(logits: FloatArray, temperature: float = 1.0) -> DoubleArray:
    """Return the probabilities `(n, 10)` of logits `(n, 10)` divided by the temperature."""
    shares: DoubleArray = softmax(logits.astype(np.float64) / temperature, axis=1)
    return shares


def score(logits: FloatArray, labels: ByteArray) -> Evaluation:
    """Return the metrics of logits `(n, 10)` with labels `(n,)`."""
    pairs = labels.astype(np.int64) * NUM_CLASSES + logits.argmax(axis=1)
    confusion = np.bincount(pairs, minlength=NUM_CLASSES**2).reshape(NUM_CLASSES, NUM_CLASSES)
    counts = confusion.sum(axis=1)
    with np.errstate(invalid="ignore"):
        per_class = np.diag(confusion) / counts
    return Evaluation(
        images=len(labels),
        accuracy=float(np.trace(confusion) / len(labels)),
        loss=float(negative_log_likelihood(logits, labels).mean()),
        per_class=per_class,
        confusion=confusion,
    )
