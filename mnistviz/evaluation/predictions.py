"""The answers of a network to a labelled set: computed, cached, selected, exported."""

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import BoolArray, ByteArray, DoubleArray, FloatArray
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation.scoring import probabilities
from mnistviz.runs.result_cache import ResultCache, array_codec
from mnistviz.runs.snapshots import Snapshot

# Logits of a single look, or those that `second_look.logits` returns.
Look = Literal["single", "second"]


@dataclass(frozen=True)
class Answers:
    """The answers of one network to every image of a set: `logits` is `(n, 10)` float32.

    `temperature` is that of its calibration, None where it has none. `confidence` is the
    probability of the answer, calibrated where it can be, `(n,)` in [0, 1].
    """

    data: LabelledSet
    logits: FloatArray
    answers: NDArray[np.int64]
    right: BoolArray
    confidence: DoubleArray
    temperature: float | None = None

    def probabilities(self, numbers: NDArray[np.integer] | None = None) -> DoubleArray:
        """Return the probabilities `(n, 10)`, calibrated where they can be, of all or some."""
        logits = self.logits if numbers is None else self.logits[numbers]
        return probabilities(logits, self.temperature or 1.0)


def answers_of(data: LabelledSet, logits: FloatArray, temperature: float | None = None) -> Answers:
    """Return the answers that logits `(n, 10)` give to the images of a set.

    `temperature` is that of the network's calibration, None without one.
    """
    answers = logits.argmax(axis=1)
    confidence = probabilities(logits, temperature or 1.0).max(axis=1)
    return Answers(data, logits, answers, answers == data.labels, confidence, temperature)


def digest_of(images: ByteArray) -> str:
    """Return a digest of images `(n, 28, 28)`: the key of cached results."""
    return hashlib.sha256(np.ascontiguousarray(images).tobytes()).hexdigest()[:16]


def known_logits(
    snapshot: Snapshot, data: LabelledSet, digest: str, look: Look = "single"
) -> FloatArray | None:
    """Return the cached logits of a snapshot for a set, None where there are none.

    `digest` is that of the images. No network is loaded.
    """
    found = _cache(digest, look).read(snapshot)
    shape = (len(data.labels), snapshot.run.spec.model.num_classes)
    return found if found is not None and found.shape == shape else None


def keep_logits(snapshot: Snapshot, digest: str, logits: FloatArray, look: Look = "single") -> None:
    """Cache logits; in a home that can't be written to they are computed again next time."""
    _cache(digest, look).write(snapshot, logits)


def _cache(digest: str, look: Look) -> ResultCache[FloatArray]:
    name = "logits" if look == "single" else "second-look"
    return ResultCache(f"{name}-{digest}", array_codec("logits"), personal=True)


def errors_of(answers: Answers) -> NDArray[np.int64]:
    """Return the numbers of the misclassified images, by descending confidence."""
    wrong = np.flatnonzero(~answers.right)
    return wrong[np.argsort(-answers.confidence[wrong], kind="stable")]


def in_cell(answers: Answers, label: int, answer: int) -> NDArray[np.int64]:
    """Return the numbers of the images in a cell of the confusion matrix.

    Errors are in descending order of confidence, correct answers in ascending order.
    """
    numbers = np.flatnonzero((answers.data.labels == label) & (answers.answers == answer))
    sign = 1 if label == answer else -1
    return numbers[np.argsort(sign * answers.confidence[numbers], kind="stable")]


def as_csv(answers: Answers) -> str:
    """Return a table with a line for each image: label, answer, right or not, probabilities."""
    table = io.StringIO(newline="")
    lines = csv.writer(table, lineterminator="\n")
    digits = [f"probability_{name}" for name in answers.data.class_names]
    lines.writerow(["image", "label", "answer", "right", *digits])
    for number, row in enumerate(answers.probabilities()):
        fields = (number, int(answers.data.labels[number]), int(answers.answers[number]))
        lines.writerow([*fields, int(answers.right[number]), *(f"{share:.6g}" for share in row)])
    return table.getvalue()
