"""Read a digit with a trained network: logits, calibrated probabilities and a verdict."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.evaluation import calibration
from mnistviz.evaluation.calibration import Calibration
from mnistviz.network import rejection
from mnistviz.network.network import Network
from mnistviz.network.rejection import Verdict
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True)
class Reading:
    """The answer of a network to one image.

    `logits` and `probabilities` are `(10,)` float32; the probabilities are calibrated where the
    reader is. `verdict` says whether the image is one digit at all.
    """

    logits: FloatArray
    probabilities: FloatArray
    verdict: Verdict
    class_names: tuple[str, ...] = DIGIT_NAMES

    @property
    def digit(self) -> int:
        """The most likely digit, whatever the verdict is."""
        return self.ranking[0]

    @property
    def name(self) -> str:
        """The name of the most likely class."""
        return self.class_names[self.digit]

    @property
    def probability(self) -> float:
        """The probability of the most likely digit, in [0, 1]."""
        return float(self.probabilities[self.digit])

    @property
    def ranking(self) -> list[int]:
        """The ten digits, most likely first."""
        return [int(digit) for digit in np.argsort(-self.probabilities, kind="stable")]


@dataclass(frozen=True)
class DigitReader:
    """A trained network with its calibration; None where no training image was held out.

    `class_names` are those of the network. `refuses` says whether what is no digit is refused: the
    detector knows digits only, so it is asked for networks that are trained on MNIST.
    """

    network: Network
    calibration: Calibration | None
    class_names: tuple[str, ...] = DIGIT_NAMES
    refuses: bool = True

    @classmethod
    def load(cls, snapshot: Snapshot) -> Self:
        """Load the network of a snapshot. The first call fits its temperature, in about 1 s."""
        network, spec = load(snapshot), snapshot.run.spec
        fitted = calibration.calibration_of(snapshot, network)
        return cls(network, fitted, spec.class_names, spec.data is None)

    def logits(self, images: FloatArray) -> FloatArray:
        """The logits `(n, 10)` of images `(n, 28, 28)` in [0, 1]."""
        return self.network.logits(images)

    def digit_scores(self, images: FloatArray) -> FloatArray:
        """The log odds `(n,)` that images `(n, 28, 28)` in [0, 1] are digits at all."""
        return rejection.bundled_detector().digit_log_odds(images)

    def read(self, image: FloatArray) -> Reading:
        """The reading of an image `(28, 28)` float32 in [0, 1]."""
        logits = self.logits(image[np.newaxis])
        probabilities = calibration.probabilities(logits, self.calibration)
        verdict = rejection.verdicts(image[np.newaxis], probabilities, refuse=self.refuses)[0]
        return Reading(logits[0], probabilities[0], verdict, self.class_names)
