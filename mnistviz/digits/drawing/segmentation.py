"""Segment a number into its digits and signs, from left to right, line by line.

Oversegmentation, then the best path through the segments (Matan, Burges, LeCun and Denker 1992,
"Multi-digit recognition using a space displacement neural network"; LeCun, Bottou, Bengio and
Haffner 1998, section VII): strokes, or components of ink that are split where there is little ink,
are units; adjacent units may form a digit. Of all groupings of all units into digits, the one of
least cost is chosen; costs come from the network's logits and the shape of the digits.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD, Stages, normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.digits.drawing.text_lines import SIGNS, Role, arrange
from mnistviz.digits.drawing.touching import split_component

# Returns logits (n, 10) of images (n, 28, 28).
LogitsOf = Callable[[FloatArray], FloatArray]
Mask = BoolArray
# Left, top, right, bottom in pixels of the canvas or the picture.
Box = tuple[float, float, float, float]

# As many as fit on a line and on a page; a photo of a page of text is no number.
MAX_UNITS, MAX_UNITS_OF_PAGE = 40, 120
# A 5 or a 4 has two strokes; an unsteady hand makes more.
MAX_UNITS_PER_DIGIT = 5

# Costs of a digit, in nats like the cross-entropy. Lengths are shares of the height of the
# tallest unit. Set by hand; `python -m benchmarks.reading` measures the resulting accuracy.
MAX_ENTROPY_COST = 4.0
ENERGY_PERCENTILE, MIN_ENERGY_SHARE, ENERGY_COST = 75, 0.9, 15.0
# An empty column of this share within a digit costs one nat.
GAP_PER_NAT = 0.03
# A digit is rarely wider than it is high.
MAX_WIDTH, WIDTH_COST = 0.95, 8.0
# A digit is not much lower than its neighbours; a dash is.
MIN_HEIGHT, HEIGHT_COST = 0.5, 8.0
# Holes of so many pixels of 28 side by side.
MIN_HOLE, HOLES_COST = 4, 6.0
# Adjacent digits overlap little.
MAX_OVERLAP, OVERLAP_COST = 0.1, 6.0

# Images of candidates are rendered so many times smaller than those of the result, to save time.
CANDIDATE_REDUCTION = 4

# Components that are lower and narrower than this are grain.
MAX_GRAIN_SIZE = 0.05
# A single stroke wider than this is a number written in one stroke: it is split as ink is.
MAX_STROKE_WIDTH = 1.15
# The margin of a stroke's box around its centre line, as a share of the brush.
STROKE_MARGIN = 0.1


@dataclass(frozen=True)
class Segment:
    """One part of a number: its preprocessing stages, its box, and its strokes if it has any.

    It is a digit, a sign or left out; `line` counts the lines of writing from the top, -1 for none.
    """

    stages: Stages
    box: Box
    strokes: Strokes | None
    line: int = 0
    role: Role = "digit"


@dataclass(frozen=True)
class _Unit:
    """An indivisible part of a number: a stroke or a part of a component of ink.

    `split_cost` is the cost of splitting it from the unit before.
    """

    box: Box
    lines: tuple[FloatArray, ...] = ()
    mask: Mask = field(default_factory=lambda: np.zeros((0, 0), bool))
    split_cost: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        left, top, right, bottom = self.box
        return right - left, bottom - top


def number_text(segments: Sequence[Segment], digits: Sequence[int]) -> str:
    """Return the number as text, such as "-3.14", for the answers to its digits in their order.

    Lines are separated by " / ".
    """
    answers = iter(digits)
    lines: dict[int, str] = {}
    for segment in segments:
        if segment.role == "digit":
            text = str(next(answers))
        elif segment.role == "left_out":
            continue
        else:
            text = SIGNS[segment.role]
        lines[segment.line] = lines.get(segment.line, "") + text
    return " / ".join(lines[line] for line in sorted(lines))


def segment_strokes(drawing: Strokes, logits_of: LogitsOf) -> list[Segment]:
    """Return the parts of a drawn number, line by line, from left to right."""
    units = [_stroke_unit(line, drawing.brush) for line in drawing.strokes]
    height = _max_height(units)
    if any(unit.size[0] > MAX_STROKE_WIDTH * height for unit in units):
        brush = max(1.0, min(drawing.brush, height / 10))
        return segment_ink(render(replace(drawing, brush=brush)), logits_of)

    def strokes_of(group: Sequence[_Unit]) -> Strokes:
        return replace(drawing, strokes=tuple(line for unit in group for line in unit.lines))

    def candidate_image(group: Sequence[_Unit]) -> FloatArray:
        return normalise(render(_reduced(redraw(strokes_of(group))))).image

    segments = []
    for line, role, group in _grouped_lines(units, candidate_image, logits_of):
        strokes = strokes_of(group)
        stages = normalise(render(redraw(strokes)))
        segments.append(Segment(stages, _box_of(group), strokes, line, role))
    return segments


def segment_ink(ink: FloatArray, logits_of: LogitsOf) -> list[Segment]:
    """Return the parts of a number in ink `(height, width)` float32 in [0, 1], line by line."""

    def stages_of(group: Sequence[_Unit]) -> Stages:
        left, top, right, bottom = (int(edge) for edge in _box_of(group))
        mask = np.zeros((bottom - top, right - left), bool)
        for unit in group:
            y, x = int(unit.box[1]) - top, int(unit.box[0]) - left
            mask[y : y + unit.mask.shape[0], x : x + unit.mask.shape[1]] |= unit.mask
        ink_of_group = np.where(mask, ink[top:bottom, left:right], np.float32(0))
        return normalise(ink_of_group, to_pen=True)

    units = _ink_units(ink)
    parts = _grouped_lines(units, lambda group: stages_of(group).image, logits_of)
    return [
        Segment(stages_of(group), _box_of(group), None, line, role) for line, role, group in parts
    ]


def _reduced(drawing: Strokes) -> Strokes:
    """The drawing on a quarter of the sheet: exact enough for candidates, and fast to render."""
    lines = tuple(line / np.float32(CANDIDATE_REDUCTION) for line in drawing.strokes)
    side = math.ceil(drawing.width / CANDIDATE_REDUCTION)
    return Strokes(side, side, drawing.brush / CANDIDATE_REDUCTION, lines)


def _stroke_unit(line: FloatArray, brush: float) -> _Unit:
    left, top = (line.min(axis=0) - brush * STROKE_MARGIN).tolist()
    right, bottom = (line.max(axis=0) + brush * STROKE_MARGIN).tolist()
    return _Unit((left, top, right, bottom), lines=(line,))


def _box_of(units: Sequence[_Unit]) -> Box:
    lefts, tops, rights, bottoms = zip(*(unit.box for unit in units), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _max_height(units: Sequence[_Unit]) -> float:
    return max((unit.size[1] for unit in units), default=1.0)


# ---------------------------------------------------------------- the best grouping


def _grouped_lines(
    units: Sequence[_Unit], image_of: Callable[[Sequence[_Unit]], FloatArray], logits_of: LogitsOf
) -> list[tuple[int, Role, list[_Unit]]]:
    """The parts of all lines, in reading order: line, role and units; what is left out last."""
    if not units:
        return []
    lines, roles = arrange(np.array([unit.box for unit in units], np.float64))
    parts: list[tuple[int, Role, list[_Unit]]] = []
    for line in range(lines.max() + 1):
        members = [(units[n], roles[n]) for n in np.flatnonzero(lines == line).tolist()]
        digits = sorted(
            (unit for unit, role in members if role == "digit"),
            key=lambda unit: unit.box[0] + unit.box[2],
        )
        groups = _best_grouping(digits[:MAX_UNITS], image_of, logits_of)
        found: list[tuple[int, Role, list[_Unit]]] = [(line, "digit", group) for group in groups]
        found += [(line, role, [unit]) for unit, role in members if role in ("minus", "point")]
        parts += sorted(found, key=lambda part: sum(_box_of(part[2])[::2]))
        parts += [(line, "left_out", [unit]) for unit in digits[MAX_UNITS:]]
    left_out = [unit for unit, role in zip(units, roles, strict=True) if role == "left_out"]
    return [*parts, *((-1, "left_out", [unit]) for unit in left_out)]


def _best_grouping(
    units: Sequence[_Unit], image_of: Callable[[Sequence[_Unit]], FloatArray], logits_of: LogitsOf
) -> list[list[_Unit]]:
    """The grouping of units, from left to right, into digits with the least sum of costs."""
    height = _max_height(units)
    groups = {
        (first, last): list(units[first:last])
        for first in range(len(units))
        for last in range(first + 1, min(first + MAX_UNITS_PER_DIGIT, len(units)) + 1)
    }
    if not groups:
        return []
    images = np.stack([image_of(group) for group in groups.values()])
    costs = {
        key: cost + _shape_cost(groups[key], height) + _hole_cost(image)
        for key, cost, image in zip(groups, _logits_costs(logits_of(images)), images, strict=True)
    }
    return [groups[key] for key in _cheapest_path(groups, costs, len(units))]


Key = tuple[int, int]


def _cheapest_path(
    groups: dict[Key, list[_Unit]], costs: dict[Key, float], num_units: int
) -> list[Key]:
    """The keys (first, last) of adjacent groups from unit 0 to the last, by dynamic programming."""
    # For each group, the cost of the cheapest path to it, and the group before it on that path.
    paths: dict[Key, tuple[float, Key | None]] = {}
    for key in sorted(groups):
        before = [
            (paths[other][0] + _border_cost(groups[other], groups[key]), other)
            for other in paths
            if other[1] == key[0]
        ]
        cost, previous = min(before, default=(0.0, None))
        if key[0] == 0 or previous is not None:
            paths[key] = (cost + costs[key], previous)
    last: Key | None = min(
        (key for key in paths if key[1] == num_units), key=lambda key: paths[key][0]
    )
    path = []
    while last is not None:
        path.append(last)
        last = paths[last][1]
    return path[::-1]


def _logits_costs(logits: FloatArray) -> DoubleArray:
    """The cost `(n,)` of n groups being a digit each, from the network's logits `(n, 10)`.

    -log of the largest probability, and the deficit of the free energy, log Σ exp (Liu, Wang, Owens
    and Li 2020, "Energy-based out-of-distribution detection"), to that of good digits: those at the
    75th percentile of these groups, because the scale depends on the network.
    """
    largest = logits.max(axis=1).astype(np.float64)
    entropy = np.log(np.exp(logits - largest[:, np.newaxis]).sum(axis=1))
    energy = largest + entropy
    good = max(1e-6, float(np.percentile(energy, ENERGY_PERCENTILE)))
    deficit = np.maximum(0.0, MIN_ENERGY_SHARE - energy / good)
    costs: DoubleArray = np.minimum(entropy, MAX_ENTROPY_COST) + deficit * ENERGY_COST
    return costs


def _shape_cost(group: Sequence[_Unit], height: float) -> float:
    """The cost of the shape of a group as one digit."""
    left, top, right, bottom = _box_of(group)
    cost = max(0.0, (right - left) / height - MAX_WIDTH) * WIDTH_COST
    cost += max(0.0, MIN_HEIGHT - (bottom - top) / height) * HEIGHT_COST
    end = group[0].box[2]
    for unit in group[1:]:
        cost += max(0.0, (unit.box[0] - end) / height) / GAP_PER_NAT
        end = max(end, unit.box[2])
    return cost


def _hole_cost(image: FloatArray) -> float:
    """The cost of holes side by side in an image `(28, 28)`: two zeros have them, no digit has."""
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
            return HOLES_COST
    return 0.0


def _border_cost(before: Sequence[_Unit], after: Sequence[_Unit]) -> float:
    """The cost of a border between two groups."""
    left, right = _box_of(before), _box_of(after)
    width = max(1e-6, min(left[2] - left[0], right[2] - right[0]))
    overlap = (min(left[2], right[2]) - max(left[0], right[0])) / width
    return max(0.0, overlap - MAX_OVERLAP) * OVERLAP_COST + after[0].split_cost


# ---------------------------------------------------------------- units of ink


def _ink_units(ink: FloatArray) -> list[_Unit]:
    """The connected components of ink, each split where a digit may end."""
    labels, _ = ndimage.label(ink > INK_THRESHOLD, np.ones((3, 3)))
    components = [
        (slices, labels[slices] == number)
        for number, slices in enumerate(ndimage.find_objects(labels), 1)
        if slices is not None
    ]
    height = max((mask.shape[0] for _, mask in components), default=1)
    components = [
        (slices, mask) for slices, mask in components if max(mask.shape) > MAX_GRAIN_SIZE * height
    ]
    components.sort(key=lambda component: -component[1].sum())
    units = []
    for (rows, columns), mask in components[:MAX_UNITS_OF_PAGE]:
        component_ink = np.where(mask, ink[rows, columns], np.float32(0))
        for part, cost in split_component(component_ink, mask, height):
            ys, xs = (np.flatnonzero(part.any(axis)) for axis in (1, 0))
            y, x = slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1)
            box = (
                columns.start + x.start,
                rows.start + y.start,
                columns.start + x.stop,
                rows.start + y.stop,
            )
            units.append(_Unit(box, mask=part[y, x], split_cost=cost))
    return units
