"""Group the parts of a line of writing into digits.

Oversegmentation, then the best path through the segments (Matan, Burges, LeCun and Denker 1992,
"Multi-digit recognition using a space displacement neural network"; LeCun, Bottou, Bengio and
Haffner 1998, section VII): adjacent units may form a digit. Of all groupings of all units into
digits, the one of least cost is chosen. The cost of a digit is a weighted sum of features; the
weights are those of a semi-Markov conditional random field (Sarawagi and Cohen 2004), which gives
the right groupings of made numbers most probability: `python -m tools.fit_grouping`.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD

# Left, top, right, bottom in pixels of the canvas or the picture.
Box = tuple[float, float, float, float]

# As many as fit on a line; a 5 or a 4 has two strokes, an unsteady hand makes more.
MAX_UNITS, MAX_UNITS_PER_DIGIT = 40, 6

# Costs are in nats, like the cross-entropy. Lengths are shares of the height of the tallest unit.
MAX_ENTROPY, MAX_LOG_ODDS = 4.0, 8.0
# Good digits have the free energy at this percentile of the groups.
ENERGY_PERCENTILE = 75
# A digit is rarely wider than high, or much lower than its neighbours.
MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH = 0.95, 0.7, 0.2
# Holes of so many pixels of 28 side by side.
MIN_HOLE = 4
# Adjacent digits overlap little.
MAX_OVERLAP = 0.1
# A seam below this price within a digit is suspicious.
CHEAP_SEAM = 0.5

FEATURES = (
    "no digit",
    "entropy",
    "energy deficit",
    "width",
    "lowness",
    "narrowness",
    "gap",
    "holes",
    "split",
    "price of the split",
    "cheap seams inside",
    "digit",
    "overlap",
)
WEIGHTS = np.array([0.46, 2.85, 6.16, 1.41, 9.21, 1.9, 8.39, 1.63, 0.59, 2.08, 6.76, -1.03, 0.22])


class PartReader(Protocol):
    """A network with a detector of digits, for images `(n, 28, 28)` float32 in [0, 1]."""

    def logits(self, images: FloatArray) -> FloatArray:
        """Logits `(n, 10)` of the ten digits."""

    def digit_scores(self, images: FloatArray) -> FloatArray:
        """The log odds `(n,)` that images are digits at all."""


@dataclass(frozen=True)
class Unit:
    """An indivisible part of a number: a stroke or a part of a component of ink.

    `seam` is the price of the seam that splits it from the unit before, None without one.
    """

    box: Box
    lines: tuple[FloatArray, ...] = ()
    mask: BoolArray = field(default_factory=lambda: np.zeros((0, 0), bool))
    seam: float | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        left, top, right, bottom = self.box
        return right - left, bottom - top


# Returns the image (28, 28) of units as one digit.
ImageOf = Callable[[Sequence[Unit]], FloatArray]
# The first unit of a group and the one after its last.
Key = tuple[int, int]


def box_of(units: Sequence[Unit]) -> Box:
    """Return the box around some units."""
    lefts, tops, rights, bottoms = zip(*(unit.box for unit in units), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def max_height(units: Sequence[Unit]) -> float:
    """Return the height of the tallest unit; 1 without units."""
    return max((unit.size[1] for unit in units), default=1.0)


def best_grouping(units: Sequence[Unit], image_of: ImageOf, reader: PartReader) -> list[list[Unit]]:
    """Return the grouping of units, from left to right, into digits with the least cost."""
    groups = candidates(units)
    if not groups:
        return []
    features = features_of(groups, max_height(units), image_of, reader)
    costs = dict(zip(groups, (features @ WEIGHTS).tolist(), strict=True))
    return [groups[key] for key in _cheapest_path(groups, costs, len(units))]


def candidates(units: Sequence[Unit]) -> dict[Key, list[Unit]]:
    """Return all groups of adjacent units that may be a digit."""
    return {
        (first, last): list(units[first:last])
        for first in range(len(units))
        for last in range(first + 1, min(first + MAX_UNITS_PER_DIGIT, len(units)) + 1)
    }


def features_of(
    groups: dict[Key, list[Unit]], height: float, image_of: ImageOf, reader: PartReader
) -> DoubleArray:
    """Return the features `(n, 13)` of n groups; the last, the overlap with the group before, is 0.

    The first is -log of the probability that it is a digit at all, the entropy -log of the largest
    probability. The free energy, log Σ exp of the logits (Liu, Wang, Owens and Li 2020,
    "Energy-based out-of-distribution detection"), is compared with that
    of good digits among these groups, because its scale depends on the network.
    """
    images = np.stack([image_of(group) for group in groups.values()])
    logits = reader.logits(images)
    largest = logits.max(axis=1).astype(np.float64)
    entropy = np.log(np.exp(logits - largest[:, np.newaxis]).sum(axis=1))
    energy = largest + entropy
    good = max(1e-6, float(np.percentile(energy, ENERGY_PERCENTILE)))
    features = np.zeros((len(groups), len(FEATURES)))
    odds = np.clip(reader.digit_scores(images), -MAX_LOG_ODDS, MAX_LOG_ODDS)
    features[:, 0] = np.log1p(np.exp(-odds))
    features[:, 1] = np.minimum(entropy, MAX_ENTROPY)
    features[:, 2] = np.maximum(0.0, 0.9 - energy / good)
    for row, group, image in zip(features, groups.values(), images, strict=True):
        row[3:-1] = *_shape(group, height), _has_holes_beside(image), *_seams(group), 1.0
    return features


def _shape(group: Sequence[Unit], height: float) -> tuple[float, float, float, float]:
    """How much too wide, too low and too narrow a group is, and the sum of its empty columns."""
    left, top, right, bottom = box_of(group)
    width = (right - left) / height
    gap, end = 0.0, group[0].box[2]
    for unit in group[1:]:
        gap += max(0.0, (unit.box[0] - end) / height)
        end = max(end, unit.box[2])
    lowness = max(0.0, MIN_HEIGHT - (bottom - top) / height)
    return max(0.0, width - MAX_WIDTH), lowness, max(0.0, MIN_WIDTH - width), gap


def _seams(group: Sequence[Unit]) -> tuple[float, float, float]:
    """Whether a group begins at a seam, its price, and how cheap the seams within are."""
    first, *others = (unit.seam for unit in group)
    inside = sum(max(0.0, CHEAP_SEAM - seam) for seam in others if seam is not None)
    return float(first is not None), first or 0.0, inside


def _has_holes_beside(image: FloatArray) -> float:
    """1 if an image `(28, 28)` has holes side by side: two zeros have them, no digit has."""
    labels, _ = ndimage.label(image < INK_THRESHOLD)
    holes = [
        places
        for label, places in enumerate(ndimage.find_objects(labels), 1)
        if places is not None
        and label != labels[0, 0]
        and places[0].stop - places[0].start >= MIN_HOLE
    ]
    for (rows, columns), (other_rows, other_columns) in itertools.combinations(holes, 2):
        shared = min(rows.stop, other_rows.stop) - max(rows.start, other_rows.start)
        is_beside = columns.stop <= other_columns.start or other_columns.stop <= columns.start
        if is_beside and shared >= MIN_HOLE:
            return 1.0
    return 0.0


def overlap(before: Sequence[Unit], after: Sequence[Unit]) -> float:
    """Return how much of the narrower of two adjacent groups overlaps the other."""
    left, right = box_of(before), box_of(after)
    width = max(1e-6, min(left[2] - left[0], right[2] - right[0]))
    shared = (min(left[2], right[2]) - max(left[0], right[0])) / width
    return min(1.0, max(0.0, shared - MAX_OVERLAP))


def _cheapest_path(
    groups: dict[Key, list[Unit]], costs: dict[Key, float], num_units: int
) -> list[Key]:
    """The keys (first, last) of adjacent groups from unit 0 to the last, by dynamic programming."""
    # For each group, the cost of the cheapest path to it, and the group before it on that path.
    paths: dict[Key, tuple[float, Key | None]] = {}
    for key in sorted(groups):
        before = [
            (paths[other][0] + WEIGHTS[-1] * overlap(groups[other], groups[key]), other)
            for other in paths
            if other[1] == key[0]
        ]
        cost, previous = min(before, default=(0.0, None))
        if key[0] == 0 or previous is not None:
            paths[key] = (float(cost) + costs[key], previous)
    last: Key | None = min(
        (key for key in paths if key[1] == num_units), key=lambda key: paths[key][0]
    )
    path = []
    while last is not None:
        path.append(last)
        last = paths[last][1]
    return path[::-1]
