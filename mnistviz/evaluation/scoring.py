"""How well a network does on a labelled set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.digits.mnist import to_input

if TYPE_CHECKING:
    # It brings TensorFlow; what has been read before is scored without.
    from mnistviz.network.model import Classifier


def evaluate(
    classifier: Classifier,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    progress: Callable[[int], None] = lambda done: None,
) -> Evaluation:
    """Evaluate images `(n, 28, 28)` uint8 against labels `(n,)`, telling how many are done."""
    return score(read(classifier, images, progress), labels)


def read(
    classifier: Classifier,
    images: NDArray[np.uint8],
    progress: Callable[[int], None] = lambda done: None,
) -> FloatArray:
    """Logits `(n, 10)` float32 of images `(n, 28, 28)` uint8, telling how many are done."""
    from mnistviz.network.model import BATCH_SIZE, NUM_THREADS

    logits = [np.zeros((0, NUM_CLASSES), np.float32)]
    at_once = NUM_THREADS * BATCH_SIZE
    for start in range(0, len(images), at_once):
        part = images[start : start + at_once]
        logits.append(classifier.logits(to_input(part)))
        progress(start + len(part))
    return np.concatenate(logits)


def probabilities(logits: FloatArray, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities `(n, 10)` of logits `(n, 10)`, each divided by the temperature first."""
    wide = logits.astype(np.float64) / temperature
    powers = np.exp(wide - wide.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def score(logits: FloatArray, labels: NDArray[np.uint8]) -> Evaluation:
    """Metrics of logits `(n, 10)` against labels `(n,)`."""
    wide = logits.astype(np.float64)
    peak = wide.max(axis=1)
    log_total = peak + np.log(np.exp(wide - peak[:, np.newaxis]).sum(axis=1))
    losses = log_total - wide[np.arange(len(labels)), labels]
    pairs = labels.astype(np.int64) * NUM_CLASSES + logits.argmax(axis=1)
    confusion = np.bincount(pairs, minlength=NUM_CLASSES**2).reshape(NUM_CLASSES, NUM_CLASSES)
    counts = confusion.sum(axis=1)
    with np.errstate(invalid="ignore"):
        per_class = np.diag(confusion) / counts
    return Evaluation(
        images=len(labels),
        accuracy=float(np.trace(confusion) / len(labels)),
        loss=float(losses.mean()),
        per_class=per_class,
        confusion=confusion,
    )
