"""The answers of runs to a person's digits, cached for each snapshot."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.statistics import accuracy_interval
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.my_digits import Digit
from mnistviz.runs import result_cache
from mnistviz.runs.snapshots import Snapshot

_KEPT = "digits"


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
    """Return the cached probabilities `(n, 10)` of digits, NaN for those that are not cached."""
    probabilities = np.full((len(digits), NUM_CLASSES), np.nan, np.float32)
    by_id = _kept(snapshot)
    for number, digit in enumerate(digits):
        if digit.id in by_id:
            probabilities[number] = by_id[digit.id]
    return probabilities


def answers(snapshot: Snapshot, digits: Sequence[Digit]) -> FloatArray:
    """Return the probabilities `(n, 10)` of digits; only new ones load the network."""
    found = known(snapshot, digits)
    new = np.flatnonzero(np.isnan(found[:, 0])).tolist()
    if new:
        from mnistviz.digits.mnist import to_input
        from mnistviz.network.model import Classifier
        from mnistviz.runs.load import load

        images = np.stack([digits[number].image for number in new])
        found[new] = Classifier(load(snapshot)).classify(to_input(images))
        kept = {**_kept(snapshot), **{digits[n].id: found[n] for n in new}}
        arrays = {"ids": np.array(list(kept)), "probabilities": np.stack(list(kept.values()))}
        # A home that can't be written to costs the time again, no more.
        with suppress(OSError):
            result_cache.write(snapshot, _KEPT, arrays)
    return found


def _kept(snapshot: Snapshot) -> dict[str, FloatArray]:
    arrays = result_cache.read(snapshot, _KEPT)
    if arrays is None or set(arrays) != {"ids", "probabilities"}:
        return {}
    return dict(zip(arrays["ids"].tolist(), arrays["probabilities"], strict=True))


def score(probabilities: FloatArray, digits: Sequence[Digit]) -> Score | None:
    """Return the score on the digits with probabilities, None where none has any."""
    known = ~np.isnan(probabilities[:, 0])
    labels = np.array([digit.label for digit in digits], np.int64)
    if not known.any():
        return None
    right = probabilities[known].argmax(axis=1) == labels[known]
    return Score(int(right.sum()), int(known.sum()))
