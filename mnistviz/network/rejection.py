"""Rejection of pictures that are not one digit, before the network's answer is used.

The network always chooses one of ten digits. The digit detector is the mean of four networks of six
convolutions with eleven classes: the ten digits and "no digit". They were trained on digits and on
drawings, letters, signs and shapes that are none (outlier exposure: Hendrycks, Mazeika and
Dietterich 2019), all of them also thickened, thinned, blurred and hard-edged at random. An answer
is rejected where the detector and the network that answers have too little evidence for it
together. `docs/non_digits.md` describes it, `python -m tools.train_digit_detector` makes it.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mnistviz.core.assets import ASSETS
from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.layers.layer import Layer
from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray, Weights
from mnistviz.network.layers import layer_outputs

Verdict = Literal["digit", "unsure", "not_a_digit", "blank"]

DETECTOR_FILE = ASSETS / "digit_detector.npz"
RATES_FILE = ASSETS / "benchmarks" / "refusal.json"

# The network is unsure of an answer that is less likely than all others together.
UNSURE_BELOW = 0.5
# How much the log odds of the network's answer count beside those of the detector, and their limit:
# above it, networks differ in how sure they are rather than in how right.
NETWORK_WEIGHT = 0.25
MOST_LOG_ODDS = 9.0
# Pictures at once: their patches need 0.1 GB.
BATCH_SIZE = 500

# The side of the kernel and the channels of each convolution; the classes of the last one are the
# digits and "no digit". A pooling halves the maps after the first and the third.
CONVOLUTIONS = ((5, 16), (3, 24), (3, 32), (3, 64), (2, 64), (1, NUM_CLASSES + 1))
POOLED = (1, 3)


def detector_layers() -> tuple[Layer, ...]:
    """The layers of the detector, from the first convolution to the eleven logits."""
    layers: list[Layer] = []
    size, depth = IMAGE_SIZE, 1
    for number, (side, channels) in enumerate(CONVOLUTIONS, 1):
        size += 1 - side
        shape = (size, size, channels)
        last = number == len(CONVOLUTIONS)
        kernel = ("kernel", (side, side, depth, channels)), ("bias", (channels,))
        layers.append(Layer(f"conv{number}", "Conv2D", shape, kernel, "none" if last else "relu"))
        if not last:
            names = ("gamma", "beta", "moving_mean", "moving_variance")
            arrays = tuple((name, shape[-1:]) for name in names)
            layers.append(Layer(f"bn{number}", "BatchNormalization", shape, arrays))
        if number in POOLED:
            size //= 2
            shape = (size, size, channels)
            layers.append(Layer(f"pool{number}", "MaxPooling2D", shape, window=2, stride=2))
        depth = channels
    return (*layers, Layer("flatten", "Flatten", (depth,)))


@dataclass(frozen=True, eq=False)
class DigitDetector:
    """The weights of each of the detector's networks, and the least evidence of a digit.

    Weights are by layer and name, float32.
    """

    networks: tuple[Weights, ...]
    least: float

    def logits(self, images: FloatArray) -> FloatArray:
        """The logits `(n, 11)` of images `(n, 28, 28)` float32 in [0, 1], "no digit" last.

        They are the mean of the log probabilities of the networks.
        """
        logits = [np.zeros((0, NUM_CLASSES + 1), np.float32)]
        for start in range(0, len(images), BATCH_SIZE):
            part = images[start : start + BATCH_SIZE, ..., np.newaxis]
            each = [layer_outputs(_LAYERS, one, part)["flatten"] for one in self.networks]
            logs = [one - np.logaddexp.reduce(one, axis=1, keepdims=True) for one in each]
            logits.append(np.mean(logs, axis=0, dtype=np.float32))
        return np.concatenate(logits)

    def digit_log_odds(self, images: FloatArray) -> FloatArray:
        """The log odds `(n,)` that images `(n, 28, 28)` are digits at all, whichever."""
        logits = self.logits(images)
        odds: FloatArray = np.logaddexp.reduce(logits[:, :-1], axis=1) - logits[:, -1]
        return odds

    def rejects(self, images: FloatArray, probabilities: FloatArray) -> BoolArray:
        """Whether the answer to each image `(n, 28, 28)` is rejected: `(n,)`.

        `probabilities` (n, 10) are those of the network that answers.
        """
        rejected: BoolArray = evidence(self.logits(images), probabilities) < self.least
        return rejected


_LAYERS = detector_layers()


def evidence(logits: FloatArray, probabilities: FloatArray) -> DoubleArray:
    """The evidence `(n,)` that each picture shows the digit that a network answers.

    `logits` (n, 11) are the detector's, `probabilities` (n, 10) the network's. The evidence is the
    log odds of the answer by the detector, plus a share of those by the network.
    """
    answers = probabilities.argmax(axis=1)[:, np.newaxis]
    wide = logits.astype(np.float64)
    others = wide.copy()
    np.put_along_axis(others, answers, -np.inf, axis=1)
    by_detector = np.take_along_axis(wide, answers, axis=1)[:, 0] - np.logaddexp.reduce(others, 1)
    largest = probabilities.max(axis=1).astype(np.float64)
    with np.errstate(divide="ignore"):
        by_network = np.log(largest) - np.log1p(-np.minimum(largest, 1))
    found: DoubleArray = by_detector + NETWORK_WEIGHT * np.minimum(by_network, MOST_LOG_ODDS)
    return found


@functools.cache
def bundled_detector() -> DigitDetector:
    """The detector that is bundled with the program, read once a process."""
    return read_detector(DETECTOR_FILE)


def read_detector(file: Path) -> DigitDetector:
    """The detector in an npz file, as `tools.train_digit_detector` writes it."""
    with np.load(file, allow_pickle=False) as arrays:
        networks: dict[str, dict[str, dict[str, FloatArray]]] = {}
        for path in set(arrays.files) - {"least"}:
            number, layer, name = path.split("/")
            networks.setdefault(number, {}).setdefault(layer, {})[name] = arrays[path]
        ordered = tuple(networks[number] for number in sorted(networks))
        return DigitDetector(ordered, float(arrays["least"]))


def verdicts(
    images: FloatArray, probabilities: FloatArray, *, refuse: bool = True
) -> list[Verdict]:
    """The verdict on each image `(n, 28, 28)` in [0, 1] with a network's probabilities `(n, 10)`.

    An image without ink is blank. One whose answer is rejected is not a digit if the detector, too,
    finds no digit likelier; otherwise the network is unsure, as it is where its largest probability
    is below `UNSURE_BELOW`. Without `refuse` the detector is not asked, as for signs that are no
    digits.
    """
    blank: BoolArray = np.logical_not(images.any(axis=(1, 2)))
    if not refuse:
        doubts = probabilities.max(axis=1) < UNSURE_BELOW
        return [
            "blank" if is_blank else "unsure" if doubt else "digit"
            for is_blank, doubt in zip(blank, doubts, strict=True)
        ]
    detector = bundled_detector()
    logits = detector.logits(images)
    refused = evidence(logits, probabilities) < detector.least
    rejected = refused & (logits.argmax(axis=1) == NUM_CLASSES)
    unsure = refused | (probabilities.max(axis=1) < UNSURE_BELOW)
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
