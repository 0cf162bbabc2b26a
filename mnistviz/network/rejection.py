"""Rejection of pictures that are not one digit, before the network's answer is used.

The network always chooses one of ten digits. The digit detector is a second network of two
convolutions, trained on training digits and on synthetic non-digits (outlier exposure: Hendrycks,
Mazeika and Dietterich 2019). Features that digits hardly ever have reject a picture by themselves.
The thresholds reject a given share of 5,000 training digits that the detector was not trained on.
`python -m tools.train_digit_detector` makes it.
"""

import functools
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD, stroke_width

Verdict = Literal["digit", "unsure", "not_a_digit", "blank"]

DETECTOR_FILE = ASSETS / "digit_detector.npz"
RATES_FILE = ASSETS / "benchmarks" / "refusal.json"

# The network is unsure of an answer that is less likely than all others together.
UNSURE_BELOW = 0.5
# Pictures at once: their patches need 0.05 GB.
BATCH_SIZE = 500


@dataclass(frozen=True)
class DigitDetector:
    """Weights and thresholds of the detector. All arrays are float32.

    `kernel1` (5, 5, 1, c), `kernel2` (3, 3, c, d) both with stride 2 and ReLU, then `dense1`
    (m, h) with ReLU and `dense2` (h, 1), each with its bias. `mean` (784,) and `axes` (784, 50)
    are the principal axes of digits, `limits` (3,) the upper bounds of `features`, `least` () the
    lower bound of `scores`.
    """

    kernel1: FloatArray
    bias1: FloatArray
    kernel2: FloatArray
    bias2: FloatArray
    dense1: FloatArray
    dense_bias1: FloatArray
    dense2: FloatArray
    dense_bias2: FloatArray
    mean: FloatArray
    axes: FloatArray
    limits: FloatArray
    least: FloatArray

    def scores(self, images: FloatArray) -> FloatArray:
        """The log odds `(n,)` that images `(n, 28, 28)` are digits."""
        scores = []
        for start in range(0, len(images), BATCH_SIZE):
            part = images[start : start + BATCH_SIZE, ..., np.newaxis]
            part = _convolution(part, self.kernel1, self.bias1)
            part = _convolution(part, self.kernel2, self.bias2)
            flat = part.reshape(len(part), -1)
            hidden = np.maximum(flat @ self.dense1 + self.dense_bias1, 0)
            scores.append((hidden @ self.dense2 + self.dense_bias2)[:, 0])
        return np.concatenate(scores) if scores else np.zeros(0, np.float32)

    def features(self, images: FloatArray) -> DoubleArray:
        """Features `(n, 3)` of images `(n, 28, 28)` without a network.

        The distance from the principal axes of digits, the number of separate parts and the width
        of strokes.
        """
        centred = images.reshape(-1, len(self.mean)) - self.mean
        along = centred @ self.axes
        off = np.sqrt(np.clip((centred**2).sum(axis=1) - (along**2).sum(axis=1), 0, None))
        parts = [ndimage.label(image > INK_THRESHOLD, np.ones((3, 3)))[1] for image in images]
        widths = [stroke_width(image) for image in images]
        return np.column_stack([off, np.array(parts, np.float64), np.array(widths, np.float64)])

    def rejects(self, images: FloatArray) -> BoolArray:
        """Whether each image `(n, 28, 28)` float32 in [0, 1] is no digit: `(n,)`."""
        beyond = (self.features(images) > self.limits).any(axis=1)
        rejected: BoolArray = beyond | (self.scores(images) < self.least)
        return rejected


def _convolution(values: FloatArray, kernel: FloatArray, bias: FloatArray) -> FloatArray:
    """Valid convolution with stride 2 and ReLU of (n, height, width, channels)."""
    size = kernel.shape[0]
    # (n, rows, columns, channels, size, size)
    windows = sliding_window_view(values, (size, size), axis=(1, 2))[:, ::2, ::2]
    sums = np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2))) + bias
    positive: FloatArray = np.maximum(sums, 0)
    return positive


@functools.cache
def bundled_detector() -> DigitDetector:
    """The detector that is bundled with the program, read once a process."""
    with np.load(DETECTOR_FILE, allow_pickle=False) as arrays:
        return DigitDetector(**{name: arrays[name].astype(np.float32) for name in arrays.files})


def verdicts(images: FloatArray, probabilities: FloatArray) -> list[Verdict]:
    """The verdict on each image `(n, 28, 28)` in [0, 1] with a network's probabilities `(n, 10)`.

    An image without ink is blank, and one that the detector rejects is not a digit. Of the others,
    the network is unsure where its largest probability is below `UNSURE_BELOW`.
    """
    blank: BoolArray = np.logical_not(images.any(axis=(1, 2)))
    rejected = bundled_detector().rejects(images)
    unsure = probabilities.max(axis=1) < UNSURE_BELOW
    return [
        "blank" if is_blank else "not_a_digit" if no_digit else "unsure" if doubt else "digit"
        for is_blank, no_digit, doubt in zip(blank, rejected, unsure, strict=True)
    ]


@functools.cache
def rejection_rates() -> dict[str, Any]:
    """The shares of digits and non-digits that the bundled detector rejects, as measured.

    `python -m tools.train_digit_detector` writes them.
    """
    rates: dict[str, Any] = json.loads(RATES_FILE.read_text(encoding="utf-8"))
    return rates
