"""The answers of runs to a person's digits, cached for each snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.statistics import accuracy_interval
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.my_digits import Digit
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True)
class _StoredAnswers:
    """Ids `(n,)` of digits and their logits `(n, 10)` by a snapshot."""

    ids: NDArray[np.str_]
    logits: FloatArray


_CACHE = ResultCache("digits", dataclass_codec(_StoredAnswers), personal=True)


@dataclass(frozen=True)
class Score:
    """The number of digits read right, with the 95 % interval of the accuracy (Wilson 1927)."""

    right: int
    total: int

    @property
    def share(self) -> float:
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        return accuracy_interval(self.right, self.total)

    @property
    def sentence(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.total}, {self.share:.1%} [{low:.1%}, {high:.1%}]"


def known(snapshot: Snapshot, digits: Sequence[Digit]) -> FloatArray:
    """Return the cached logits `(n, classes)` of digits, NaN for those that are not cached."""
    num_classes = snapshot.run.spec.model.num_classes
    logits = np.full((len(digits), num_classes), np.nan, np.float32)
    by_id = _kept(snapshot)
    for number, digit in enumerate(digits):
        if digit.id in by_id:
            logits[number] = by_id[digit.id]
    return logits


def answers(snapshot: Snapshot, digits: Sequence[Digit]) -> FloatArray:
    """Return the logits `(n, classes)` of digits; only new ones load the network."""
    found = known(snapshot, digits)
    new = np.flatnonzero(np.isnan(found[:, 0])).tolist()
    if new:
        # It imports SciPy, which cached answers do without.
        from mnistviz.runs.load import load

        images = np.stack([digits[number].image for number in new])
        found[new] = load(snapshot).logits(images)
        kept = {**_kept(snapshot), **{digits[n].id: found[n] for n in new}}
        _CACHE.write(snapshot, _StoredAnswers(np.array(list(kept)), np.stack(list(kept.values()))))
    return found


def _kept(snapshot: Snapshot) -> dict[str, FloatArray]:
    stored = _CACHE.read(snapshot)
    return dict(zip(stored.ids.tolist(), stored.logits, strict=True)) if stored else {}


def score(logits: FloatArray, digits: Sequence[Digit]) -> Score | None:
    """Return the score on the digits with logits or probabilities, None where none has any."""
    known = ~np.isnan(logits[:, 0])
    labels = np.array([digit.label for digit in digits], np.int64)
    if not known.any():
        return None
    right = logits[known].argmax(axis=1) == labels[known]
    return Score(int(right.sum()), int(known.sum()))
