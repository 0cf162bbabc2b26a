"""What runs make of a person's digits, kept beside the runs. A digit is read once a snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.my_digits import Digit
from mnistviz.evaluation.metrics import interval
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True)
class _StoredAnswers:
    """Ids `(n,)` of digits and their probabilities `(n, 10)` by a snapshot."""

    ids: NDArray[np.str_]
    probabilities: FloatArray


_CACHE = ResultCache("digits", dataclass_codec(_StoredAnswers))


@dataclass(frozen=True)
class Score:
    """How many of some digits were read right, and the share's 95 % interval (Wilson 1927)."""

    right: int
    total: int

    @property
    def share(self) -> float:
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        return interval(self.right, self.total)

    @property
    def sentence(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.total}, {self.share:.1%} [{low:.1%}, {high:.1%}]"


def known(snapshot: Snapshot, digits: Sequence[Digit]) -> FloatArray:
    """Probabilities `(n, 10)` of digits that a snapshot has read before; NaN for the others."""
    found = np.full((len(digits), NUM_CLASSES), np.nan, np.float32)
    by_id = _kept(snapshot)
    for number, digit in enumerate(digits):
        if digit.id in by_id:
            found[number] = by_id[digit.id]
    return found


def answers(snapshot: Snapshot, digits: Sequence[Digit]) -> FloatArray:
    """Probabilities `(n, 10)` of digits by a snapshot. Loads it only where some are new to it."""
    found = known(snapshot, digits)
    new = np.flatnonzero(np.isnan(found[:, 0])).tolist()
    if new:
        from mnistviz.digits.mnist import to_input
        from mnistviz.network.model import Classifier
        from mnistviz.runs.load import load

        images = np.stack([digits[number].image for number in new])
        found[new] = Classifier(load(snapshot)).classify(to_input(images))
        kept = {**_kept(snapshot), **{digits[n].id: found[n] for n in new}}
        _CACHE.write(snapshot, _StoredAnswers(np.array(list(kept)), np.stack(list(kept.values()))))
    return found


def _kept(snapshot: Snapshot) -> dict[str, FloatArray]:
    stored = _CACHE.read(snapshot)
    return dict(zip(stored.ids.tolist(), stored.probabilities, strict=True)) if stored else {}


def score(probabilities: FloatArray, digits: Sequence[Digit]) -> Score | None:
    """How many of the digits that were read are right; None where none was read."""
    read = ~np.isnan(probabilities[:, 0])
    labels = np.array([digit.label for digit in digits], np.int64)
    if not read.any():
        return None
    right = probabilities[read].argmax(axis=1) == labels[read]
    return Score(int(right.sum()), int(read.sum()))
