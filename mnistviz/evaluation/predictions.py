"""A labelled set and what a network makes of it."""

import csv
import hashlib
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation.scoring import probabilities
from mnistviz.runs.result_cache import ResultCache, array_codec
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True)
class Answers:
    """What one network says of every image of a set: `logits` is `(n, 10)` float32.

    `confidence` is the probability of the answer at temperature 1, `(n,)` in [0, 1].
    """

    data: LabelledSet
    logits: FloatArray
    answers: NDArray[np.int64]
    right: NDArray[np.bool_]
    confidence: NDArray[np.float64]


def answers_of(data: LabelledSet, logits: FloatArray) -> Answers:
    """Put a set and the logits of a network for its images together."""
    chosen = logits.argmax(axis=1)
    sure = probabilities(logits).max(axis=1)
    return Answers(data, logits, chosen, chosen == data.labels, sure)


def digest_of(images: NDArray[np.uint8]) -> str:
    """Names images `(n, 28, 28)` by what is in them: what is kept is found again by it."""
    return hashlib.sha256(np.ascontiguousarray(images).tobytes()).hexdigest()[:16]


def known_logits(snapshot: Snapshot, data: LabelledSet, digest: str) -> FloatArray | None:
    """What a snapshot said of a set before, by the digest of its images; None if nothing is kept.

    No network is loaded.
    """
    found = _cache(digest).read(snapshot)
    return found if found is not None and found.shape == (len(data.labels), NUM_CLASSES) else None


def keep_logits(snapshot: Snapshot, digest: str, logits: FloatArray) -> None:
    """Keep what a snapshot said; a home that can't be written to costs the time again."""
    _cache(digest).write(snapshot, logits)


def _cache(digest: str) -> ResultCache[FloatArray]:
    return ResultCache(f"logits-{digest}", array_codec("logits"))


def wrong_ones(found: Answers) -> NDArray[np.int64]:
    """Numbers of the images read wrong, those first of which the network was surest."""
    wrong = np.flatnonzero(~found.right)
    return wrong[np.argsort(-found.confidence[wrong], kind="stable")]


def in_cell(found: Answers, label: int, answer: int) -> NDArray[np.int64]:
    """Numbers of the images of a digit that were read as a digit, mistakes surest first.

    Of right answers the least sure come first: those are the ones to look at.
    """
    there = np.flatnonzero((found.data.labels == label) & (found.answers == answer))
    sign = 1 if label == answer else -1
    return there[np.argsort(sign * found.confidence[there], kind="stable")]


def as_csv(found: Answers, temperature: float | None = None) -> str:
    """A line for each image: number, label, answer, right or not, ten probabilities.

    With a temperature the probabilities are the calibrated ones.
    """
    table = io.StringIO(newline="")
    lines = csv.writer(table, lineterminator="\n")
    digits = [f"probability_{digit}" for digit in range(NUM_CLASSES)]
    lines.writerow(["image", "label", "answer", "right", *digits])
    shares = probabilities(found.logits, temperature or 1.0)
    for number, row in enumerate(shares):
        facts = (number, int(found.data.labels[number]), int(found.answers[number]))
        lines.writerow([*facts, int(found.right[number]), *(f"{share:.6g}" for share in row)])
    return table.getvalue()
