"""Soft labels: what larger networks answer to the training images, bundled.

`tools/make_soft_labels.py` made the file; `docs/soft_labels.md` has how, and what they gain.
"""

import numpy as np

from mnistviz.core.assets import ASSETS
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import ByteArray, FloatArray

SOFT_LABELS_FILE = ASSETS / "soft_labels.npz"

# The temperature of the stored probabilities; the loss compares the network's at the same one.
TEMPERATURE = 2.0


def to_bytes(probabilities: FloatArray) -> ByteArray:
    """Return probabilities `(n, 10)` as uint8: their square roots, so that small ones differ."""
    return (np.sqrt(probabilities) * 255).round().astype(np.uint8)


def to_probabilities(stored: ByteArray) -> FloatArray:
    """Return the probabilities `(n, 10)` float32 of stored bytes; each row adds up to 1."""
    squares = (stored.astype(np.float32) / 255) ** 2
    probabilities: FloatArray = squares / squares.sum(axis=1, keepdims=True)
    return probabilities


def soft_labels(spec: TrainSpec) -> FloatArray:
    """Return the soft labels of the images of a training, `(n, 10)` float32, in their order.

    They are at `TEMPERATURE`: MNIST's first images, then the tablet digits.
    """
    return to_probabilities(stored_soft_labels(spec))


def stored_soft_labels(spec: TrainSpec) -> ByteArray:
    """Return the same as the bytes of `to_bytes`, `(n, 10)` uint8."""
    with np.load(SOFT_LABELS_FILE, allow_pickle=False) as arrays:
        mnist = arrays["mnist"][: spec.num_images]
        tablet = arrays["tablet"][: spec.tablet_digits]
    return np.concatenate([mnist, tablet])
