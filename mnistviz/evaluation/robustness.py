"""Robustness curves: accuracy over the level of a corruption."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import BoolArray, DoubleArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import balanced, to_input
from mnistviz.evaluation.corruptions import Corruption
from mnistviz.evaluation.predictions import digest_of
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    from mnistviz.network.network import Network

# An accuracy of 99 % then has an interval of ± half a point, and a curve takes seconds.
IMAGES_OF_EACH_DIGIT = 200
# The accuracy that a network needs to be of use: at most one error in twenty images.
NEEDED_ACCURACY = 0.95


@dataclass(frozen=True)
class RobustnessCurve:
    """The images classified correctly at each level: `right` is `(levels, n)` bool."""

    corruption: str
    levels: tuple[float, ...]
    right: BoolArray

    @property
    def accuracy(self) -> DoubleArray:
        """The accuracy at each level, `(levels,)` in [0, 1]."""
        shares: DoubleArray = self.right.mean(axis=1)
        return shares

    def as_row(self) -> dict[str, object]:
        """Return the curve as a JSON object: levels and accuracies of the corruption."""
        return {
            "distortion": self.corruption,
            "levels": list(self.levels),
            "accuracy": self.accuracy.tolist(),
            "images": self.right.shape[1],
        }


def subset(data: LabelledSet, each: int = IMAGES_OF_EACH_DIGIT) -> LabelledSet:
    """Return the first `each` images of each digit, or all of a digit that has fewer."""
    chosen = balanced(data.labels, each, len(data.class_names))
    return replace(data, images=data.images[chosen], labels=data.labels[chosen])


def measure(
    network: Network,
    data: LabelledSet,
    corruption: Corruption,
    progress: Progress = no_progress,
) -> RobustnessCurve:
    """Classify the corrupted images of a set at every level. `progress` gets the share done."""
    images = to_input(data.images)
    rows = []
    for number, level in enumerate(corruption.levels):
        progress(number / len(corruption.levels))
        answers = network.logits(corruption.apply(images, level)).argmax(axis=1)
        rows.append(answers == data.labels)
    return RobustnessCurve(corruption.name, tuple(map(float, corruption.levels)), np.stack(rows))


def cached(snapshot: Snapshot, data: LabelledSet, corruption: Corruption) -> RobustnessCurve | None:
    """Return the cached curve of a snapshot on a set, None where there is none."""
    curve = _cache(data, corruption).read(snapshot)
    levels = tuple(map(float, corruption.levels))
    # A curve of other levels or images is measured again.
    if curve is None or curve.levels != levels:
        return None
    return curve if curve.right.shape == (len(levels), len(data.labels)) else None


def measure_and_cache(
    network: Network,
    snapshot: Snapshot,
    data: LabelledSet,
    corruption: Corruption,
    progress: Progress = no_progress,
) -> RobustnessCurve:
    """Measure a snapshot and cache the result."""
    curve = measure(network, data, corruption, progress)
    _cache(data, corruption).write(snapshot, curve)
    return curve


def tolerated_range(
    curve: RobustnessCurve, neutral: float, needed: float = NEEDED_ACCURACY
) -> tuple[float, float] | None:
    """Return the range of measured levels around the neutral one with at least `needed` accuracy.

    None where the accuracy at the neutral level is lower.
    """
    enough = (curve.accuracy >= needed).tolist()
    middle = curve.levels.index(neutral)
    if not enough[middle]:
        return None
    low = high = middle
    while low > 0 and enough[low - 1]:
        low -= 1
    while high < len(enough) - 1 and enough[high + 1]:
        high += 1
    return curve.levels[low], curve.levels[high]


def trained_on(corruption: Corruption, spec: TrainSpec) -> tuple[float, float] | None:
    """Return the range of levels that a training's augmentation covers, None where it has none."""
    if not spec.augmentation or corruption.trained_range is None:
        return None
    return corruption.trained_range(spec.augmentation)


def _cache(data: LabelledSet, corruption: Corruption) -> ResultCache[RobustnessCurve]:
    codec = dataclass_codec(RobustnessCurve, corruption=corruption.name)
    name = f"robustness-{corruption.name}-{digest_of(data.images)}"
    return ResultCache(name, codec, personal=True)
