"""Segment a number into its digits and signs, from left to right, line by line.

Strokes, or components of ink that are split where digits may touch, are units; `grouping.py` makes
digits of them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, FloatArray
from mnistviz.digits.drawing.grouping import (
    MAX_UNITS,
    Box,
    ImageOf,
    PartReader,
    Unit,
    best_grouping,
    box_of,
    max_height,
)
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD, Stages, normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.digits.drawing.text_lines import SIGNS, Role, arrange
from mnistviz.digits.drawing.touching import split_component

# As many as fit on a page; a photo of a page of text is no number.
MAX_UNITS_OF_PAGE = 120

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


def segment_strokes(drawing: Strokes, reader: PartReader) -> list[Segment]:
    """Return the parts of a drawn number, line by line, from left to right."""
    units = [_stroke_unit(line, drawing.brush) for line in drawing.strokes]
    height = max_height(units)
    if any(unit.size[0] > MAX_STROKE_WIDTH * height for unit in units):
        brush = max(1.0, min(drawing.brush, height / 10))
        return segment_ink(render(replace(drawing, brush=brush)), reader)

    def strokes_of(group: Sequence[Unit]) -> Strokes:
        return replace(drawing, strokes=tuple(line for unit in group for line in unit.lines))

    def candidate_image(group: Sequence[Unit]) -> FloatArray:
        return normalise(render(_reduced(redraw(strokes_of(group))))).image

    segments = []
    for line, role, group in _grouped_lines(units, lambda unit: [unit], candidate_image, reader):
        strokes = strokes_of(group)
        stages = normalise(render(redraw(strokes)))
        segments.append(Segment(stages, box_of(group), strokes, line, role))
    return segments


def segment_ink(ink: FloatArray, reader: PartReader) -> list[Segment]:
    """Return the parts of a number in ink `(height, width)` float32 in [0, 1], line by line."""
    units = ink_units(ink)
    height = max_height(units)
    parts = _grouped_lines(
        units,
        lambda unit: split_unit(unit, ink, height),
        lambda group: stages_of(ink, group).image,
        reader,
    )
    return [
        Segment(stages_of(ink, group), box_of(group), None, line, role)
        for line, role, group in parts
    ]


def _reduced(drawing: Strokes) -> Strokes:
    """The drawing on a quarter of the sheet: exact enough for candidates, and fast to render."""
    lines = tuple(line / np.float32(CANDIDATE_REDUCTION) for line in drawing.strokes)
    side = math.ceil(drawing.width / CANDIDATE_REDUCTION)
    return Strokes(side, side, drawing.brush / CANDIDATE_REDUCTION, lines)


def _stroke_unit(line: FloatArray, brush: float) -> Unit:
    left, top = (line.min(axis=0) - brush * STROKE_MARGIN).tolist()
    right, bottom = (line.max(axis=0) + brush * STROKE_MARGIN).tolist()
    return Unit((left, top, right, bottom), lines=(line,))


# ---------------------------------------------------------------- lines


def _grouped_lines(
    units: Sequence[Unit],
    split: Callable[[Unit], list[Unit]],
    image_of: ImageOf,
    reader: PartReader,
) -> list[tuple[int, Role, list[Unit]]]:
    """The parts of all lines, in reading order: line, role and units; what is left out last.

    Signs are whole units; others are split before they are grouped into digits.
    """
    if not units:
        return []
    lines, roles = arrange(np.array([unit.box for unit in units], np.float64))
    parts: list[tuple[int, Role, list[Unit]]] = []
    for line in range(lines.max() + 1):
        members = [(units[n], roles[n]) for n in np.flatnonzero(lines == line).tolist()]
        digits = sorted(
            (part for unit, role in members if role == "digit" for part in split(unit)),
            key=lambda unit: unit.box[0] + unit.box[2],
        )
        groups = best_grouping(digits[:MAX_UNITS], image_of, reader)
        found: list[tuple[int, Role, list[Unit]]] = [(line, "digit", group) for group in groups]
        found += [(line, role, [unit]) for unit, role in members if role in ("minus", "point")]
        parts += sorted(found, key=lambda part: sum(box_of(part[2])[::2]))
        parts += [(line, "left_out", [unit]) for unit in digits[MAX_UNITS:]]
    left_out = [unit for unit, role in zip(units, roles, strict=True) if role == "left_out"]
    return [*parts, *((-1, "left_out", [unit]) for unit in left_out)]


# ---------------------------------------------------------------- units of ink


def ink_units(ink: FloatArray) -> list[Unit]:
    """Return the connected components of ink `(h, w)`, without grain."""
    labels, _ = ndimage.label(ink > INK_THRESHOLD, np.ones((3, 3)))
    units = [
        _ink_unit(labels[slices] == number, slices[1].start, slices[0].start)
        for number, slices in enumerate(ndimage.find_objects(labels), 1)
        if slices is not None
    ]
    height = max_height(units)
    units = [unit for unit in units if max(unit.size) > MAX_GRAIN_SIZE * height]
    units.sort(key=lambda unit: -unit.mask.sum())
    return units[:MAX_UNITS_OF_PAGE]


def split_unit(unit: Unit, ink: FloatArray, height: float) -> list[Unit]:
    """Return the parts of a component of ink, split where a digit may end."""
    left, top, right, bottom = (int(edge) for edge in unit.box)
    own = np.where(unit.mask, ink[top:bottom, left:right], np.float32(0))
    return [
        _ink_unit(part, left, top, seam) for part, seam in split_component(own, unit.mask, height)
    ]


def stages_of(ink: FloatArray, group: Sequence[Unit]) -> Stages:
    """Return the stages of the ink `(h, w)` of some units."""
    left, top, right, bottom = (int(edge) for edge in box_of(group))
    mask = np.zeros((bottom - top, right - left), bool)
    for unit in group:
        y, x = int(unit.box[1]) - top, int(unit.box[0]) - left
        mask[y : y + unit.mask.shape[0], x : x + unit.mask.shape[1]] |= unit.mask
    ink_of_group = np.where(mask, ink[top:bottom, left:right], np.float32(0))
    return normalise(ink_of_group, to_pen=True)


def _ink_unit(mask: BoolArray, left: int, top: int, seam: float | None = None) -> Unit:
    """The unit of the ink in a mask whose first pixel is at (left, top)."""
    ys, xs = (np.flatnonzero(mask.any(axis)).tolist() for axis in (1, 0))
    box = (left + xs[0], top + ys[0], left + xs[-1] + 1, top + ys[-1] + 1)
    return Unit(box, mask=mask[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1], seam=seam)
