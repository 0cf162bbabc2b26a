"""A number of several digits: cut it, read it from left to right.

Too many cuts first, then the best way through them (Matan, Burges, LeCun and Denker 1992,
"Multi-digit recognition using a space displacement neural network"; LeCun, Bottou, Bengio and
Haffner 1998, section VII): strokes, or pieces of ink cut where little ink lies in the way, are
units; some units side by side may be a digit; of all ways to make digits of all units, the one is
taken that the network and the shape of digits speak for most.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD, Stages, normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render

# Logits (n, 10) of images (n, 28, 28).
Read = Callable[[FloatArray], FloatArray]
Mask = NDArray[np.bool_]

# As many as fit on a page; a photo of a page of text is no number.
MAX_UNITS = 40
# A 5 or a 4 takes two strokes, an unsteady hand some more.
MAX_UNITS_OF_A_DIGIT = 5

# What speaks against a digit, in nats like the network's own doubt. Lengths are shares of the
# height of the tallest unit. Set by hand; `python -m benchmarks.reading` measures what they reach.
MAX_DOUBT, DOUBT = 4.0, 1.0
GOOD_SHARE, ENOUGH, LACK = 75, 0.9, 15.0
# An empty column of this share in a digit costs as much as a nat.
GAP = 0.03
# Hardly a digit is wider than it is high.
WIDTH, A_WIDTH_MORE = 0.95, 8.0
# A digit is not much lower than its neighbours; a dash is.
HEIGHT, A_HEIGHT_LESS = 0.5, 8.0
# Two digits side by side overlap little.
OVERLAP, AN_OVERLAP_MORE = 0.1, 6.0
# Cutting ink needs a reason, and the more the more ink is in the way.
A_CUT, A_CUT_OF_FULL_HEIGHT = 1.0, 4.0

# Candidates are drawn so many times smaller than the digits that are kept.
GLANCE = 4

# Units that are lower than this and narrower are specks of dirt.
SPECK = 0.12
# A piece of ink may be cut where it is wider than the narrowest digit, and not too near an edge.
CUT_WIDTH, CUT_EDGE, CUT_WANDER = 0.6, 0.15, 0.12
# A single stroke wider than this is a word written in one go: it is cut as ink is.
ONE_STROKE = 1.15


@dataclass(frozen=True)
class Cut:
    """One digit of a number: what the network sees, where it was, its strokes if it has any.

    `box` is (left, top, right, bottom) in pixels of the canvas or the picture.
    """

    stages: Stages
    box: tuple[float, float, float, float]
    strokes: Strokes | None


@dataclass(frozen=True)
class _Unit:
    """What is never cut: a stroke, or a piece of ink. `cut` is what it cost to cut it off the
    unit before."""

    left: float
    top: float
    right: float
    bottom: float
    lines: tuple[FloatArray, ...] = ()
    mask: Mask = field(default_factory=lambda: np.zeros((0, 0), bool))
    cut: float = 0.0


def cut_strokes(drawn: Strokes, read: Read) -> list[Cut]:
    """The digits of a drawn number, from left to right."""
    units = [_unit_of(line, drawn.brush) for line in drawn.strokes]
    height = _height(units)
    if any(unit.right - unit.left > ONE_STROKE * height for unit in units):
        pen = replace(drawn, brush=max(1.0, min(drawn.brush, height / 10)))
        return cut_ink(render(pen), read)

    def of_group(group: Sequence[_Unit]) -> Strokes:
        return redraw(replace(drawn, strokes=tuple(line for unit in group for line in unit.lines)))

    def glance(group: Sequence[_Unit]) -> FloatArray:
        return normalise(render(_smaller(of_group(group)))).image

    found = []
    for group in _best(units, glance, read):
        lines = tuple(line for unit in group for line in unit.lines)
        stages = normalise(render(of_group(group)))
        found.append(Cut(stages, _box(group), replace(drawn, strokes=lines)))
    return found


def cut_ink(ink: FloatArray, read: Read) -> list[Cut]:
    """The digits in ink (height, width) float32 in [0, 1], from left to right."""
    units = _pieces(ink)

    def of_group(group: Sequence[_Unit]) -> Cut:
        left, top, right, bottom = (int(edge) for edge in _box(group))
        mask = np.zeros((bottom - top, right - left), bool)
        for unit in group:
            y, x = int(unit.top) - top, int(unit.left) - left
            mask[y : y + unit.mask.shape[0], x : x + unit.mask.shape[1]] |= unit.mask
        own = np.where(mask, ink[top:bottom, left:right], np.float32(0))
        return Cut(normalise(own), (left, top, right, bottom), None)

    groups = _best(units, lambda group: of_group(group).stages.image, read)
    return [of_group(group) for group in groups]


def _smaller(drawn: Strokes) -> Strokes:
    """The same on a quarter of the sheet: good enough to try out, and drawn at once."""
    lines = tuple(line / np.float32(GLANCE) for line in drawn.strokes)
    side = math.ceil(drawn.width / GLANCE)
    return Strokes(side, side, drawn.brush / GLANCE, lines)


# A share of the brush around a stroke's middle line.
PEN = 0.1


def _unit_of(line: FloatArray, brush: float) -> _Unit:
    left, top = (line.min(axis=0) - brush * PEN).tolist()
    right, bottom = (line.max(axis=0) + brush * PEN).tolist()
    return _Unit(left, top, right, bottom, lines=(line,))


def _box(units: Sequence[_Unit]) -> tuple[float, float, float, float]:
    return (
        min(unit.left for unit in units),
        min(unit.top for unit in units),
        max(unit.right for unit in units),
        max(unit.bottom for unit in units),
    )


def _height(units: Sequence[_Unit]) -> float:
    return max((unit.bottom - unit.top for unit in units), default=1.0)


# ---------------------------------------------------------------- the best way


def _best(
    units: Sequence[_Unit], image_of: Callable[[Sequence[_Unit]], FloatArray], read: Read
) -> list[list[_Unit]]:
    """Group units into digits so that the costs of all digits and of their borders are least."""
    height = _height(units)
    large = [
        unit
        for unit in units
        if max(unit.bottom - unit.top, unit.right - unit.left) > SPECK * height
    ]
    ordered = sorted(large, key=lambda unit: unit.left + unit.right)[:MAX_UNITS]
    groups = {
        (first, last): ordered[first:last]
        for first in range(len(ordered))
        for last in range(first + 1, min(first + MAX_UNITS_OF_A_DIGIT, len(ordered)) + 1)
    }
    if not groups:
        return []
    logits = read(np.stack([image_of(group) for group in groups.values()]))
    doubts = dict(zip(groups, _doubt(logits), strict=True))
    costs = {key: doubts[key] + _unlike(group, height) for key, group in groups.items()}
    # The cheapest way to each group, and the group before it on that way.
    ways: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {}
    for key in sorted(groups):
        before = [
            (ways[other][0] + _border(groups[other], groups[key]), other)
            for other in ways
            if other[1] == key[0]
        ]
        cost, best = min(before, default=(0.0, None))
        if key[0] == 0 or best is not None:
            ways[key] = (cost + costs[key], best)
    last: tuple[int, int] | None = min(
        (key for key in ways if key[1] == len(ordered)), key=lambda key: ways[key][0]
    )
    found = []
    while last is not None:
        found.append(groups[last])
        last = ways[last][1]
    return found[::-1]


def _doubt(logits: FloatArray) -> NDArray[np.float64]:
    """What a network's logits (n, 10) of n groups say against each being a digit.

    -log of the best probability, and how far the free energy, log Σ exp (Liu, Wang, Owens and Li
    2020, "Energy-based out-of-distribution detection"), stays below that of good digits: those at
    the top of the groups at hand, because each network has another scale.
    """
    best = logits.max(axis=1).astype(np.float64)
    doubt = np.log(np.exp(logits - best[:, np.newaxis]).sum(axis=1))
    energy = best + doubt
    good = max(1e-6, float(np.percentile(energy, GOOD_SHARE)))
    lack = np.maximum(0.0, ENOUGH - energy / good)
    cost: NDArray[np.float64] = np.minimum(doubt, MAX_DOUBT) * DOUBT + lack * LACK
    return cost


def _unlike(group: Sequence[_Unit], height: float) -> float:
    """What in the shape of a group speaks against one digit."""
    left, top, right, bottom = _box(group)
    cost = max(0.0, (right - left) / height - WIDTH) * A_WIDTH_MORE
    cost += max(0.0, HEIGHT - (bottom - top) / height) * A_HEIGHT_LESS
    reach = group[0].right
    for unit in group[1:]:
        cost += max(0.0, (unit.left - reach) / height) / GAP
        reach = max(reach, unit.right)
    return cost


def _border(before: Sequence[_Unit], after: Sequence[_Unit]) -> float:
    """What speaks against a border between two groups."""
    one, other = _box(before), _box(after)
    narrow = max(1e-6, min(one[2] - one[0], other[2] - other[0]))
    overlap = (min(one[2], other[2]) - max(one[0], other[0])) / narrow
    return max(0.0, overlap - OVERLAP) * AN_OVERLAP_MORE + after[0].cut


# ---------------------------------------------------------------- pieces of ink


def _pieces(ink: FloatArray) -> list[_Unit]:
    """Connected pieces of ink, each cut where a digit may end."""
    labels, _ = ndimage.label(ink > INK_THRESHOLD, np.ones((3, 3)))
    found = [
        (place, labels[place] == number)
        for number, place in enumerate(ndimage.find_objects(labels), 1)
        if place is not None
    ]
    height = max((mask.shape[0] for _, mask in found), default=1)
    found = [(place, mask) for place, mask in found if max(mask.shape) > SPECK * height]
    found.sort(key=lambda one: -one[1].sum())
    units = []
    for (rows, columns), mask in found[:MAX_UNITS]:
        own = np.where(mask, ink[rows, columns], np.float32(0))
        for part, cost in _parts(own, mask, height):
            ys, xs = (np.flatnonzero(part.any(axis)) for axis in (1, 0))
            y, x = slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1)
            units.append(
                _Unit(
                    columns.start + x.start,
                    rows.start + y.start,
                    columns.start + x.stop,
                    rows.start + y.stop,
                    mask=part[y, x],
                    cut=cost,
                )
            )
    return units


def _parts(ink: FloatArray, mask: Mask, height: float) -> list[tuple[Mask, float]]:
    """A connected piece of ink as parts from left to right, each with what its cut cost."""
    rows, columns = mask.shape
    if columns <= CUT_WIDTH * height:
        return [(mask, 0.0)]
    edges = _edges(ink, height)
    seams = [(_seam(ink, edge, max(1, round(CUT_WANDER * height))), edge) for edge in edges]
    x = np.arange(columns)
    borders = [np.zeros(rows, int), *(seam for seam, _ in seams), np.full(rows, columns)]
    parts = []
    for number, (start, end) in enumerate(itertools.pairwise(borders)):
        part = mask & (x >= start[:, np.newaxis]) & (x < end[:, np.newaxis])
        if not part.any():
            continue
        crossed = 0.0
        if number:
            inside = np.minimum(start, columns - 1)
            crossed = float(ink[np.arange(rows), inside].sum()) / height
        parts.append((part, A_CUT + A_CUT_OF_FULL_HEIGHT * crossed if number else 0.0))
    return parts


def _edges(ink: FloatArray, height: float) -> list[int]:
    """Columns with less ink than those around them, the emptiest first, none close to another."""
    profile = ndimage.gaussian_filter1d(ink.sum(axis=0), 0.02 * height)
    around = max(1, round(CUT_EDGE * height))
    lowest = ndimage.minimum_filter1d(profile, 2 * around + 1) == profile
    lowest[:around] = lowest[len(profile) - around :] = False
    found: list[int] = []
    for column in np.flatnonzero(lowest)[np.argsort(profile[lowest], kind="stable")]:
        if all(abs(column - other) > around for other in found):
            found.append(int(column))
    return sorted(found[: int(3 * len(profile) / height) + 1])


def _seam(ink: FloatArray, column: int, wander: int) -> NDArray[np.int64]:
    """The way from top to bottom that crosses least ink, at most `wander` pixels off a column.

    For each row the first column right of the cut.
    """
    start = max(0, column - wander)
    # A straight way costs nothing, a step aside a little: a cut doesn't follow the pen's grain.
    costs = ink[:, start : column + wander + 1].astype(np.float64) + 1e-3
    least = costs[0].copy()
    steps = np.zeros(costs.shape, np.int64)
    for row in range(1, len(costs)):
        wide = np.pad(least, 1, constant_values=np.inf)
        choices = np.stack([wide[:-2] + 1e-2, wide[1:-1], wide[2:] + 1e-2])
        steps[row] = choices.argmin(axis=0) - 1
        least = choices.min(axis=0) + costs[row]
    seam = np.zeros(len(costs), np.int64)
    seam[-1] = least.argmin()
    for row in range(len(costs) - 1, 0, -1):
        seam[row - 1] = seam[row] + steps[row, seam[row]]
    return seam + start
