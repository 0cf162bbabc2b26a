"""Arrange the parts of a number: lines of writing, and the signs between digits."""

from typing import Literal

import numpy as np

from mnistviz.core.types.arrays import BoolArray, DoubleArray, IntArray

# What a part of a number is.
Role = Literal["digit", "minus", "point", "left_out"]
SIGNS: dict[Role, str] = {"minus": "-", "point": "."}

# All lengths are shares of the usual height of parts, which is this percentile of the heights.
HEIGHT_PERCENTILE, MIN_HEIGHT = 75, 0.5
# Parts are on one line if they overlap vertically by this share of the lower one, within this
# horizontal distance.
MIN_OVERLAP, MAX_GAP = 0.5, 3.0
# A low part belongs to the nearest line, at most so far away.
MAX_DISTANCE = 0.3
# A minus sign is at most so high and so wide, wider than high by a factor, and in the middle.
MINUS_HEIGHT, MINUS_WIDTH, MINUS_RATIO, MINUS_MIDDLE = 0.4, 1.2, 1.2, (0.2, 0.95)
# A point has a size in this range, is about as wide as high, and is at the foot of the line.
POINT_SIZE, POINT_RATIO, POINT_TOP = (0.06, 0.3), 2.0, 0.65
# The bar of a 5 may be apart from the rest: it is in the upper part, beside it.
BAR_BOTTOM, BAR_GAP = 0.45, 0.15
# A sign does not stand above or below a digit by more than this share of its width.
MAX_SHARED = 0.5


def arrange(boxes: DoubleArray) -> tuple[IntArray, list[Role]]:
    """Return the line of each box (left, top, right, bottom) `(n, 4)`, and its role.

    Lines count from 0 at the top; a box of no line has line -1.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    usual = float(np.percentile(heights, HEIGHT_PERCENTILE))
    is_high = heights >= MIN_HEIGHT * usual
    lines = _lines_of_high_parts(boxes, is_high, usual)
    roles: list[Role] = ["digit"] * len(boxes)
    for part in np.flatnonzero(~is_high).tolist():
        nearest, distance = _nearest_line(boxes, lines, is_high, part)
        if distance > MAX_DISTANCE * usual:
            roles[part] = "left_out"
            continue
        lines[part] = nearest
        roles[part] = _role(boxes[part], boxes[is_high & (lines == nearest)])
    return lines, roles


def _lines_of_high_parts(boxes: DoubleArray, is_high: BoolArray, usual: float) -> IntArray:
    """The line of each high part, -1 for the others."""
    lines = np.full(len(boxes), -1)
    high = np.flatnonzero(is_high)
    groups: list[list[int]] = []
    for part in high[np.argsort(boxes[high, 0])]:
        beside = [group for group in groups if any(_on_line(boxes, part, n, usual) for n in group)]
        groups = [group for group in groups if group not in beside]
        groups.append([int(part), *(other for group in beside for other in group)])
    groups = _merged(boxes, groups)
    groups.sort(key=lambda group: float(np.mean(boxes[group][:, [1, 3]])))
    for number, group in enumerate(groups):
        lines[group] = number
    return lines


def _on_line(boxes: DoubleArray, first: int, second: int, usual: float) -> bool:
    gap = max(boxes[first, 0], boxes[second, 0]) - min(boxes[first, 2], boxes[second, 2])
    return bool(gap < MAX_GAP * usual and _overlap(boxes[first], boxes[second]) >= MIN_OVERLAP)


def _overlap(first: DoubleArray, second: DoubleArray) -> float:
    """The vertical overlap of two boxes as a share of the lower one."""
    shared = min(first[3], second[3]) - max(first[1], second[1])
    return float(shared / max(1e-6, min(first[3] - first[1], second[3] - second[1])))


def _merged(boxes: DoubleArray, groups: list[list[int]]) -> list[list[int]]:
    """Groups far apart on the same height are one line."""
    merged: list[list[int]] = []
    for group in sorted(groups, key=lambda group: -len(group)):
        place = _middle_box(boxes[group])
        for other in merged:
            if _overlap(place, _middle_box(boxes[other])) >= MIN_OVERLAP:
                other += group
                break
        else:
            merged.append(group)
    return merged


def _middle_box(boxes: DoubleArray) -> DoubleArray:
    """The median edges of boxes: long strokes above or below a line do not matter."""
    middle: DoubleArray = np.median(boxes, axis=0)
    return middle


def _nearest_line(
    boxes: DoubleArray, lines: IntArray, is_high: BoolArray, part: int
) -> tuple[int, float]:
    """The line of which a high part is nearest to a low one, and their vertical distance."""
    high = np.flatnonzero(is_high)
    above = boxes[high, 1] - boxes[part, 3]
    below = boxes[part, 1] - boxes[high, 3]
    vertical = np.maximum(0, np.maximum(above, below))
    across = np.maximum(boxes[high, 0] - boxes[part, 2], boxes[part, 0] - boxes[high, 2])
    best = int(np.lexsort((np.maximum(0, across), vertical))[0])
    return int(lines[high[best]]), float(vertical[best])


def _role(box: DoubleArray, digits: DoubleArray) -> Role:
    """Whether a low part on the line of some digits is a sign, or belongs to a digit."""
    top, bottom = np.median(digits[:, 1]), np.median(digits[:, 3])
    height = max(1e-6, float(np.median(digits[:, 3] - digits[:, 1])))
    width, own_height = (box[2] - box[0]) / height, (box[3] - box[1]) / height
    shared = np.minimum(box[2], digits[:, 2]) - np.maximum(box[0], digits[:, 0])
    if shared.max(initial=0) > MAX_SHARED * max(1e-6, box[2] - box[0]):
        return "digit"
    place = ((box[1] + box[3]) / 2 - top) / max(1e-6, bottom - top)
    if place < BAR_BOTTOM and shared.max(initial=-np.inf) > -BAR_GAP * height:
        return "digit"
    is_flat = own_height <= MINUS_HEIGHT and width >= MINUS_RATIO * own_height
    if is_flat and POINT_SIZE[1] < width <= MINUS_WIDTH:
        if MINUS_MIDDLE[0] <= place <= MINUS_MIDDLE[1]:
            return "minus"
        return "left_out"
    size = max(width, own_height)
    is_round = size <= POINT_RATIO * min(width, own_height)
    if size <= POINT_SIZE[1]:
        is_point = size >= POINT_SIZE[0] and is_round and place >= POINT_TOP
        return "point" if is_point else "left_out"
    return "digit"
