"""Logits, probabilities and metrics of a network on a labelled set."""

from typing import cast

import numpy as np

from mnistviz.core.statistics import negative_log_likelihood
from mnistviz.core.types.arrays import ByteArray, DoubleArray, FloatArray
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.layers import softmax
from mnistviz.network.network import Network


def evaluate(
    network: Network, images: ByteArray, labels: ByteArray, progress: Progress = no_progress
) -> Evaluation:
    """Return the metrics on images `(n, 28, 28)` uint8 with labels `(n,)`.

    `progress` is called with the number of images done.
    """
    return score(network.logits(images, progress), labels)


def probabilities(logits: FloatArray, temperature: float = 1.0) -> DoubleArray:
    """Return the probabilities `(n, 10)` of logits `(n, 10)` divided by the temperature."""
    return cast(DoubleArray, softmax(logits.astype(np.float64) / temperature))


def score(logits: FloatArray, labels: ByteArray) -> Evaluation:
    """Return the metrics of logits `(n, 10)` with labels `(n,)`."""
    count = logits.shape[1]
    pairs = labels.astype(np.int64) * count + logits.argmax(axis=1)
    confusion = np.bincount(pairs, minlength=count**2).reshape(count, count)
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
