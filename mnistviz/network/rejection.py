"""Is a picture one digit at all? A small judge says so, before the network's answer counts.

The network has to choose among ten digits, whatever it is shown. The judge is a second network,
of two convolutions, that learned from training digits and from non-digits made by the thousand
to tell them apart (outlier exposure: Hendrycks, Mazeika and Dietterich 2019). Plain facts
that hardly a digit has are refused on their own. Its thresholds are those that refuse a given share
of 5,000 training digits that it was not trained on.
`python -m tools.train_digit_detector` makes it.
"""

import functools
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import ndimage

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD, stroke_width

Verdict = Literal["digit", "unsure", "not_a_digit", "blank"]

JUDGE_FILE = ASSETS / "judge.npz"
MEASURED_FILE = ASSETS / "benchmarks" / "refusal.json"

# An answer that is less likely than all others together is a guess.
UNSURE_BELOW = 0.5
# Pictures at once: their patches take 0.05 GB.
BATCH_SIZE = 500


@dataclass(frozen=True)
class Judge:
    """Weights of the judging network, and what it takes to refuse. All arrays are float32.

    `kernel1` (5, 5, 1, c), `kernel2` (3, 3, c, d) both with stride 2 and ReLU, then `dense1`
    (m, h) with ReLU and `dense2` (h, 1), each with its bias. `mean` (784,) and `axes` (784, 50)
    are the principal axes of digits, `limits` (3,) what hardly a digit goes beyond in `facts`,
    `least` () the lowest score of a digit.
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
        """How much more likely a digit than none, `(n,)` log odds of images `(n, 28, 28)`."""
        found = []
        for start in range(0, len(images), BATCH_SIZE):
            part = images[start : start + BATCH_SIZE, ..., np.newaxis]
            part = _convolution(part, self.kernel1, self.bias1)
            part = _convolution(part, self.kernel2, self.bias2)
            flat = part.reshape(len(part), -1)
            hidden = np.maximum(flat @ self.dense1 + self.dense_bias1, 0)
            found.append((hidden @ self.dense2 + self.dense_bias2)[:, 0])
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def facts(self, images: FloatArray) -> NDArray[np.float64]:
        """What is said of images `(n, 28, 28)` without a network: `(n, 3)`.

        How far they lie off the principal axes of digits, number of separate parts, stroke width.
        """
        centred = images.reshape(-1, len(self.mean)) - self.mean
        along = centred @ self.axes
        off = np.sqrt(np.clip((centred**2).sum(axis=1) - (along**2).sum(axis=1), 0, None))
        parts = [ndimage.label(image > INK_THRESHOLD, np.ones((3, 3)))[1] for image in images]
        widths = [stroke_width(image) for image in images]
        return np.column_stack([off, np.array(parts, np.float64), np.array(widths, np.float64)])

    def refuses(self, images: FloatArray) -> NDArray[np.bool_]:
        """Whether each image `(n, 28, 28)` float32 in [0, 1] is no digit: `(n,)`."""
        beyond = (self.facts(images) > self.limits).any(axis=1)
        refused: NDArray[np.bool_] = beyond | (self.scores(images) < self.least)
        return refused


def _convolution(values: FloatArray, kernel: FloatArray, bias: FloatArray) -> FloatArray:
    """Valid convolution with stride 2 and ReLU of (n, height, width, channels)."""
    size = kernel.shape[0]
    # (n, rows, columns, channels, size, size)
    windows = sliding_window_view(values, (size, size), axis=(1, 2))[:, ::2, ::2]
    found = np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2))) + bias
    positive: FloatArray = np.maximum(found, 0)
    return positive


@functools.cache
def bundled() -> Judge:
    """The judge that comes with the program, read once a process."""
    with np.load(JUDGE_FILE, allow_pickle=False) as arrays:
        return Judge(**{name: arrays[name].astype(np.float32) for name in arrays.files})


def verdicts(images: FloatArray, probabilities: FloatArray) -> list[Verdict]:
    """A verdict on each image `(n, 28, 28)` in [0, 1] that a network gave `(n, 10)` to.

    An image without ink is blank, what the judge refuses no digit; of the others the
    network is unsure where its best answer has a probability below a half.
    """
    blank: NDArray[np.bool_] = np.logical_not(images.any(axis=(1, 2)))
    refused = bundled().refuses(images)
    unsure = probabilities.max(axis=1) < UNSURE_BELOW
    return [
        "blank" if nothing else "not_a_digit" if no else "unsure" if maybe else "digit"
        for nothing, no, maybe in zip(blank, refused, unsure, strict=True)
    ]


@functools.cache
def measured() -> dict[str, Any]:
    """What `python -m tools.train_digit_detector` measured of the bundled judge."""
    found: dict[str, Any] = json.loads(MEASURED_FILE.read_text(encoding="utf-8"))
    return found
