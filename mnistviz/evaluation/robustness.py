"""How much of its accuracy a network keeps when images are spoiled more and more."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import balanced, to_input
from mnistviz.evaluation.corruptions import Distortion
from mnistviz.evaluation.predictions import digest_of
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    from mnistviz.network.model import Classifier

# Of each digit: an accuracy of 99 % is known to half a point, a curve takes seconds.
IMAGES_OF_EACH_DIGIT = 200
# Below it a network is no use: one image in twenty.
ENOUGH = 0.95


@dataclass(frozen=True)
class Endurance:
    """Which images are read right at which level: `right` is (levels, n) bool."""

    distortion: str
    levels: tuple[float, ...]
    right: NDArray[np.bool_]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of the images read right at each level, `(levels,)` in [0, 1]."""
        shares: NDArray[np.float64] = self.right.mean(axis=1)
        return shares


def subset(data: LabelledSet, each: int = IMAGES_OF_EACH_DIGIT) -> LabelledSet:
    """The first images of each digit, as many of each, or all of a digit that has fewer."""
    chosen = balanced(data.labels, each)
    return LabelledSet(data.name, data.images[chosen], data.labels[chosen], data.how)


def measure(
    classifier: Classifier,
    data: LabelledSet,
    distortion: Distortion,
    progress: Callable[[float], object] = lambda share: None,
) -> Endurance:
    """Spoil every image of a set at every level and read it. `progress` is told the share done."""
    images = to_input(data.images)
    rows = []
    for number, level in enumerate(distortion.levels):
        progress(number / len(distortion.levels))
        answers = classifier.logits(distortion.apply(images, level)).argmax(axis=1)
        rows.append(answers == data.labels)
    return Endurance(distortion.name, tuple(map(float, distortion.levels)), np.stack(rows))


def kept(snapshot: Snapshot, data: LabelledSet, distortion: Distortion) -> Endurance | None:
    """What was measured before of a snapshot on a set; None where nothing was."""
    found = _cache(data, distortion).read(snapshot)
    levels = tuple(map(float, distortion.levels))
    # A result for other levels is measured anew.
    if found is None or found.levels != levels:
        return None
    return found if found.right.shape == (len(levels), len(data.labels)) else None


def measure_and_keep(
    classifier: Classifier,
    snapshot: Snapshot,
    data: LabelledSet,
    distortion: Distortion,
    progress: Callable[[float], object] = lambda share: None,
) -> Endurance:
    """Measure a snapshot and keep the result on disk."""
    found = measure(classifier, data, distortion, progress)
    _cache(data, distortion).write(snapshot, found)
    return found


def stands(found: Endurance, neutral: float, least: float = ENOUGH) -> tuple[float, float] | None:
    """The range of measured levels around the neutral one in which accuracy is at least `least`.

    None where it isn't even at the neutral level.
    """
    enough = (found.accuracy >= least).tolist()
    middle = found.levels.index(neutral)
    if not enough[middle]:
        return None
    low = high = middle
    while low > 0 and enough[low - 1]:
        low -= 1
    while high < len(enough) - 1 and enough[high + 1]:
        high += 1
    return found.levels[low], found.levels[high]


def trained_on(distortion: Distortion, spec: TrainSpec) -> tuple[float, float] | None:
    """The range of levels that a training's augmentation covers, None where it has none of it."""
    if not spec.augmentation:
        return None
    from mnistviz.network.augmentation import DEGREES, PIXELS, STRETCH

    strength = spec.augmentation
    match distortion.name:
        case "shift-right" | "shift-down":
            return -PIXELS * strength, PIXELS * strength
        case "rotation":
            return -DEGREES * strength, DEGREES * strength
        case "scale":
            return math.exp(-STRETCH * strength), math.exp(STRETCH * strength)
        case _:
            return None


def as_rows(curves: Sequence[Endurance]) -> list[dict[str, object]]:
    """The curves as JSON: for each distortion its levels and accuracies."""
    return [
        {
            "distortion": one.distortion,
            "levels": list(one.levels),
            "accuracy": one.accuracy.tolist(),
            "images": one.right.shape[1],
        }
        for one in curves
    ]


def _cache(data: LabelledSet, distortion: Distortion) -> ResultCache[Endurance]:
    codec = dataclass_codec(Endurance, distortion=distortion.name)
    return ResultCache(f"robustness-{distortion.name}-{digest_of(data.images)}", codec)
