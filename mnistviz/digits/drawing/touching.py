"""Split ink where digits touch."""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, FloatArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD

# Lengths are shares of the height of the number.
# A component may be split if it is wider than this, at this distance from edges and other splits;
# a seam may deviate from its column by the last number.
MIN_SPLIT_WIDTH, SPLIT_DISTANCE, MAX_SEAM_DEVIATION = 0.6, 0.15, 0.12
# At a waist, the outline of ink is lower than this.
WAIST = 0.8
# A split of ink has a cost, and a further one for the ink along it.
SPLIT_COST, SPLIT_INK_COST = 0.5, 4.0


def split_component(
    ink: FloatArray, mask: BoolArray, height: float
) -> list[tuple[BoolArray, float]]:
    """Return the parts of a component of ink `(h, w)` from left to right, each with a cost.

    The cost is that of splitting it from the part before. `height` is that of the number.
    """
    num_rows, num_columns = mask.shape
    if num_columns <= MIN_SPLIT_WIDTH * height:
        return [(mask, 0.0)]
    deviation = max(1, round(MAX_SEAM_DEVIATION * height))
    seams = [_find_seam(ink, column, deviation) for column in _split_columns(ink, height)]
    x = np.arange(num_columns)
    borders = [np.zeros(num_rows, int), *seams, np.full(num_rows, num_columns)]
    parts = []
    for number, (start, end) in enumerate(itertools.pairwise(borders)):
        part = mask & (x >= start[:, np.newaxis]) & (x < end[:, np.newaxis])
        if not part.any():
            continue
        cost = 0.0
        if number:
            inside = np.minimum(start, num_columns - 1)
            ink_on_seam = float(ink[np.arange(num_rows), inside].sum()) / height
            cost = SPLIT_COST + SPLIT_INK_COST * ink_on_seam
        parts.append((part, cost))
    return parts


def _split_columns(ink: FloatArray, height: float) -> list[int]:
    """The columns where digits may touch, at a distance from each other.

    First the waists, where the outline is lowest: round digits touch there. Then the columns with
    least ink.
    """
    mask = ink > INK_THRESHOLD
    tops = np.where(mask.any(axis=0), mask.argmax(axis=0), len(mask))
    bottoms = len(mask) - mask[::-1].argmax(axis=0)
    outline = ndimage.gaussian_filter1d(
        np.maximum(bottoms - tops, 0).astype(np.float32), 0.02 * height
    )
    waists = [column for column in _minima(outline, height) if outline[column] < WAIST * height]
    columns: list[int] = []
    distance = max(1, round(SPLIT_DISTANCE * height))
    sums = ndimage.gaussian_filter1d(ink.sum(axis=0), 0.02 * height)
    for column in [*waists, *_minima(sums, height)]:
        if all(abs(column - other) > distance for other in columns):
            columns.append(column)
    return sorted(columns[: int(3 * ink.shape[1] / height) + 1])


def _minima(profile: FloatArray, height: float) -> list[int]:
    """The local minima of a profile of columns, the lowest first."""
    distance = max(1, round(SPLIT_DISTANCE * height))
    is_minimum = ndimage.minimum_filter1d(profile, 2 * distance + 1) == profile
    is_minimum[:distance] = is_minimum[len(profile) - distance :] = False
    order = np.argsort(profile[is_minimum], kind="stable")
    return [int(column) for column in np.flatnonzero(is_minimum)[order]]


def _find_seam(ink: FloatArray, column: int, deviation: int) -> NDArray[np.int64]:
    """The path from top to bottom with least ink, at most `deviation` pixels from a column.

    For each row, the first column to the right of the seam.
    """
    start = max(0, column - deviation)
    # A straight path is free, a step aside costs a little: the seam does not follow grain.
    costs = ink[:, start : column + deviation + 1].astype(np.float64) + 1e-3
    least = costs[0].copy()
    steps = np.zeros(costs.shape, np.int64)
    for row in range(1, len(costs)):
        padded = np.pad(least, 1, constant_values=np.inf)
        choices = np.stack([padded[:-2] + 1e-2, padded[1:-1], padded[2:] + 1e-2])
        steps[row] = choices.argmin(axis=0) - 1
        least = choices.min(axis=0) + costs[row]
    seam = np.zeros(len(costs), np.int64)
    seam[-1] = least.argmin()
    for row in range(len(costs) - 1, 0, -1):
        seam[row - 1] = seam[row] + steps[row, seam[row]]
    return seam + start
