"""Split ink where digits touch."""

import itertools
import math

import numpy as np
from PIL import Image
from scipy.signal import find_peaks

from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray, IntArray
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD

# Lengths are shares of the height of the number.
# A component may be split if it is wider than this, where a seam is cheaper than those on both
# sides by the second number, and at most so dear; a seam may deviate from its column by the last.
MIN_SPLIT_WIDTH, PROMINENCE, MAX_PRICE, MAX_SEAM_DEVIATION = 0.4, 0.04, 1.6, 0.07
# Round digits touch where the outline has a waist: it is lower there than on both sides by this.
# Such a place is also a split, if no cheap seam is nearer than the second number.
WAIST_PROMINENCE, MIN_DISTANCE = 0.12, 0.06
# Seams are looked for at columns at this distance, in ink reduced to so many pixels.
SEAM_STEP, SEAM_HEIGHT = 0.03, 64
# The price of a seam for each stroke that it crosses, beside the ink on it: digits touch in one
# place, and a seam through the hole of a 0 crosses two strokes.
CROSSING_PRICE = 0.5
# A step aside costs a little, in pixels of ink: the seam does not follow grain.
STEP_PRICE = 0.02


def split_component(
    ink: FloatArray, mask: BoolArray, height: float
) -> list[tuple[BoolArray, float | None]]:
    """Return the parts of a component of ink `(h, w)` from left to right, each with a price.

    The price is that of the seam between it and the part before, None for the first one. `height`
    is that of the number.
    """
    num_rows, num_columns = mask.shape
    if num_columns <= MIN_SPLIT_WIDTH * height:
        return [(mask, None)]
    seams, prices = _best_seams(ink, height)
    x = np.arange(num_columns)
    borders = [np.zeros(num_rows, int), *seams, np.full(num_rows, num_columns)]
    parts: list[tuple[BoolArray, float | None]] = []
    for (start, end), price in zip(itertools.pairwise(borders), [0.0, *prices], strict=True):
        part = mask & (x >= start[:, np.newaxis]) & (x < end[:, np.newaxis])
        if part.any():
            parts.append((part, price if parts else None))
    return parts


def _best_seams(ink: FloatArray, height: float) -> tuple[list[IntArray], list[float]]:
    """The seams from left to right, the first column right of each by row, and their prices."""
    scale = min(1.0, SEAM_HEIGHT / height)
    num_rows, num_columns = ink.shape
    size = (max(1, round(num_columns * scale)), max(1, round(num_rows * scale)))
    small = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX), np.float64)
    count = math.floor((size[0] - 1) / max(1.0, SEAM_STEP * height * scale))
    if not count:
        return [], []
    columns = np.linspace(1, size[0] - 1, count).astype(int)
    seams, prices = _seams(small, columns, height * scale)
    # The ends of the component are free, and low.
    cheap = find_peaks(-np.pad(prices, 1), prominence=PROMINENCE)[0] - 1
    outline = _outline(small > INK_THRESHOLD)[columns] / (height * scale)
    waists = find_peaks(-np.pad(outline, 1), prominence=WAIST_PROMINENCE)[0] - 1
    nearest = max(1, round(MIN_DISTANCE / SEAM_STEP))
    waists = [waist for waist in waists if np.abs(waist - cheap).min(initial=99) >= nearest]
    chosen = np.sort(np.concatenate([cheap, waists]).astype(int))
    chosen = chosen[prices[chosen] <= MAX_PRICE]
    rows = np.minimum((np.arange(num_rows) * scale).astype(int), size[1] - 1)
    large = [np.rint(seams[number][rows] / scale).astype(int) for number in chosen]
    # Seams that cross would leave nothing between them.
    large = list(np.maximum.accumulate(large)) if large else []
    return large, [float(prices[number]) for number in chosen]


def _outline(mask: BoolArray) -> IntArray:
    """The distance from the highest to the lowest pixel of each column of a mask."""
    rows = len(mask)
    highest = np.where(mask.any(axis=0), mask.argmax(axis=0), rows)
    height: IntArray = np.maximum(0, rows - mask[::-1].argmax(axis=0) - highest)
    return height


def _seams(ink: DoubleArray, columns: IntArray, height: float) -> tuple[IntArray, DoubleArray]:
    """The cheapest path from top to bottom near each column `(n,)`: `(n, rows)`, and its price.

    For each row, the first column to the right of the seam. The price is the ink on the path and
    `CROSSING_PRICE` for each stroke, as shares of the height.
    """
    deviation = max(1, round(MAX_SEAM_DEVIATION * height))
    window = np.arange(-deviation, deviation + 1)
    places = columns[:, np.newaxis] + window
    is_inside = (places >= 1) & (places < ink.shape[1])
    # Row by row, of all columns at once.
    local = ink[:, np.clip(places, 0, ink.shape[1] - 1)]
    free = np.where(is_inside, 0.0, np.inf)
    enter = CROSSING_PRICE * height
    least = free + local[0] * (1 + enter)
    steps = np.zeros(local.shape, np.int64)
    for row in range(1, len(local)):
        before = np.pad(least, ((0, 0), (1, 1)), constant_values=np.inf)
        above = np.pad(local[row - 1], ((0, 0), (1, 1)))
        choices = np.stack(
            [
                before[:, shift : shift + len(window)]
                + enter * np.maximum(0, local[row] - above[:, shift : shift + len(window)])
                + (0 if shift == 1 else STEP_PRICE)
                for shift in range(3)
            ]
        )
        steps[row] = choices.argmin(axis=0) - 1
        least = choices.min(axis=0) + free + local[row]
    every = np.arange(len(columns))
    seams = np.zeros((len(columns), len(local)), np.int64)
    seams[:, -1] = least.argmin(axis=1)
    for row in range(len(local) - 1, 0, -1):
        seams[:, row - 1] = seams[:, row] + steps[row, every, seams[:, row]]
    return seams + columns[:, np.newaxis] - deviation, least.min(axis=1) / height
