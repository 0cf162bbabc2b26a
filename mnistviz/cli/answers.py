"""What a run answers to one picture: probabilities, calibrated where they can be, and a verdict."""

import numpy as np

from mnistviz.core.types.arrays import FloatArray
from mnistviz.evaluation import calibration
from mnistviz.network import rejection
from mnistviz.network.model import Classifier
from mnistviz.network.rejection import Verdict
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot


class Reader:
    """A snapshot that reads pictures `(28, 28)` in [0, 1], one at a time."""

    def __init__(self, run: Run, step: int) -> None:
        self._classifier = Classifier(load(Snapshot(run, step)))
        self._temperature = calibration.temperature(Snapshot(run, step), self._classifier)

    @property
    def calibrated(self) -> bool:
        return self._temperature is not None

    def logits(self, images: FloatArray) -> FloatArray:
        """`(n, 10)` of images `(n, 28, 28)`."""
        return self._classifier.logits(images)

    def read(self, image: FloatArray) -> tuple[Verdict, FloatArray]:
        """The verdict, and ten probabilities."""
        logits = self.logits(image[np.newaxis])
        ten = calibration.probabilities(logits, self._temperature)
        return rejection.verdicts(image[np.newaxis], ten)[0], ten[0]
