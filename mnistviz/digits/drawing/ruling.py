"""Find what is printed on paper: ruled and squared lines, and frames around digits."""

import numpy as np
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray, IntArray

# A printed line is on this share of its way from edge to edge of the picture, at such angles in
# degrees. A stroke of a digit, which has paper around it, is not.
LINE_SHARE = 0.7
LINE_ANGLES = np.arange(-5, 5.1, 0.5)
# Lines bend a little: they are looked for this many pixels above and below.
BEND = 1
# Nothing below this many standard deviations of the grain is a line.
MIN_LINE = 1.5
# A printed line is thinner than this many pixels, and reaches both edges: the mean of these shares.
THICKNESS, END_SHARE = 7, 0.1
# A line is traced in so many blocks, at most so many pixels from a straight line.
NUM_BLOCKS, REACH = 8, 3
# A line is at most so much darker than its median.
LINE_DARKNESS = 1.3
# Uneven light makes the darkest part of a line at most so many times as dark as its middle.
LIGHT_FACTOR = 1.4
# What is darker than that by this factor is written over it.
PEN_DARKNESS = 1.2
# A frame has at least so many pixels a side, its lines cover at most this share of its box, and
# what it encloses at least that; what is in it has at least this share of its height.
MIN_FRAME, MAX_FRAME_INK, MIN_RECTANGLE, MIN_CONTENT = 12, 0.5, 0.8, 0.25
# A circle encloses less, its width and height differ at most by this factor, and what is in it
# covers this share of the pixels that the circle covers: more than specks in a 0.
MIN_CIRCLE, MAX_CIRCLE_RATIO, MIN_CIRCLED = 0.72, 1.35, 0.15
# The largest cell of a frame covers at least this share of its box; those of squared paper less.
MIN_CELL = 0.05
# Every so many pixels of a line are looked at.
EVERY = 4


def without_lines(ink: FloatArray, grain: float) -> FloatArray:
    """Return ink `(h, w)` less the lines that run from edge to edge, across or down.

    What is written over a line is darker than the line and stays.
    """
    rest = _without_printed(ink, _printed(ink, grain))
    return _without_printed(rest.T, _printed(ink.T, grain)).T


def _without_printed(ink: FloatArray, lines: FloatArray) -> FloatArray:
    """The ink less nearly horizontal lines; a stroke that crosses a line is not cut by it."""
    # Where printed lines cross, they are darker, too, but not for long.
    written = ndimage.binary_opening(ink > PEN_DARKNESS * lines, np.ones((1, THICKNESS)))
    rest = np.where(written, ink, np.clip(ink - lines, 0, None))
    across = ndimage.grey_closing(rest, (THICKNESS, 1))
    repaired: FloatArray = np.where(lines > 0, np.minimum(ink, across), rest)
    return repaired


def _printed(ink: FloatArray, grain: float) -> FloatArray:
    """The darkness `(h, w)` of lines that are nearly horizontal; 0 elsewhere."""
    height, width = ink.shape
    thin = ink - ndimage.grey_opening(ink, (THICKNESS, 1))
    every = ndimage.maximum_filter1d(thin, 2 * BEND + 1, axis=0)[:, ::EVERY]
    columns, sampled = np.arange(width), np.arange(0, width, EVERY)
    place = int((1 - LINE_SHARE) * len(sampled))
    num_ends = max(1, int(END_SHARE * len(sampled)))
    rows = np.arange(height)[:, np.newaxis]
    levels, slopes = [], np.tan(np.radians(LINE_ANGLES))
    for slope in slopes:
        shift = np.rint(slope * (sampled - width / 2)).astype(int)
        along = every[(rows + shift) % height, np.arange(len(sampled))]
        ends = [along[:, :num_ends].mean(axis=1), along[:, -num_ends:].mean(axis=1)]
        level = np.partition(along, place, axis=1)[:, place]
        # As the largest of some pixels is taken, the level of empty paper is not 0.
        limit = np.median(level) + MIN_LINE * grain
        level[(level < limit) | (np.minimum(*ends) < limit)] = 0
        levels.append(level)
    lines = np.zeros_like(ink)
    for slope, row in _apart(np.array(levels), slopes, width):
        y = _traced(thin, row + slope * (columns - width / 2))
        for offset in range(-THICKNESS // 2, THICKNESS // 2 + 1):
            at = np.clip(y + offset, 0, height - 1)
            beside = [thin[np.clip(at + n, 0, height - 1), columns] for n in range(-BEND, BEND + 1)]
            usual = _along(np.max(beside, axis=0))
            usual[usual < MIN_LINE * grain] = 0
            lines[at, columns] = np.maximum(lines[at, columns], LINE_DARKNESS * usual)
    return lines


def _apart(levels: FloatArray, slopes: DoubleArray, width: int) -> list[tuple[float, int]]:
    """The slope and the middle row of the darkest lines that do not cross or touch others.

    `levels` `(slopes, rows)` is their darkness, 0 for none.
    """
    number, middle = np.nonzero(levels)
    order = np.argsort(-levels[number, middle], kind="stable")
    number, middle = number[order], middle[order]
    ends = middle + np.stack([-slopes[number], slopes[number]]) * width / 2
    found = []
    while len(middle):
        found.append((float(slopes[number[0]]), int(middle[0])))
        away = ends - ends[:, :1]
        kept = (np.abs(away) > THICKNESS).all(axis=0) & (away[0] * away[1] > 0)
        number, middle, ends = number[kept], middle[kept], ends[:, kept]
    return found


def _traced(thin: FloatArray, y: DoubleArray) -> IntArray:
    """The row `(w,)` of a line at each column, near a straight line `y`, as paper is not flat."""
    height, width = thin.shape
    offsets = np.arange(-REACH, REACH + 1)[:, np.newaxis]
    near = thin[np.clip(np.rint(y).astype(int) + offsets, 0, height - 1), np.arange(width)]
    near = ndimage.uniform_filter1d(near, 3, axis=0)
    parts = [near[:, block] for block in _blocks(width)]
    best = np.array([offsets[np.median(part, axis=1).argmax(), 0] for part in parts])
    shift = _between(best, width)
    traced: IntArray = np.rint(y + shift).astype(int)
    return traced


def _along(values: FloatArray) -> DoubleArray:
    """The usual values `(w,)` along a line, as the light is not the same everywhere.

    The straight line with the median slope of all pairs of blocks (Theil 1950, Sen 1968): a stroke
    along a part of the printed line does not change it.
    """
    blocks = _blocks(len(values))
    middles = np.array([block.mean() for block in blocks])
    usual = np.array([np.median(values[block]) for block in blocks])
    first, second = np.triu_indices(len(blocks), 1)
    slopes = (usual[second] - usual[first]) / (middles[second] - middles[first])
    slope = float(np.median(slopes)) if len(slopes) else 0.0
    level = float(np.median(usual - slope * (middles - middles.mean())))
    trend = level + slope * (np.arange(len(values)) - middles.mean())
    limited: DoubleArray = np.clip(trend, 0, LIGHT_FACTOR * level)
    return limited


def _blocks(width: int) -> list[IntArray]:
    return np.array_split(np.arange(width), min(NUM_BLOCKS, width))


def _between(values: DoubleArray, width: int) -> DoubleArray:
    """Values of blocks at each column `(w,)`; what stands out in one block only is omitted."""
    usual = ndimage.median_filter(values.astype(float), 3, mode="nearest")
    middles = [block.mean() for block in _blocks(width)]
    between: DoubleArray = np.interp(np.arange(width), middles, usual)
    return between


def frames(labels: IntArray, number: int, *, circles: bool = False) -> BoolArray:
    """Return which of the components 1 to `number` of labels `(h, w)` are frames: `(number,)`.

    A frame is a rectangle of thin lines, or a circle too if wanted, with something in it.
    """
    places = ndimage.find_objects(labels, number)
    return np.array(
        [_is_frame(labels[place], label, circles) for label, place in enumerate(places, 1)],
        dtype=bool,
    )


def _is_frame(labels: IntArray, label: int, circles: bool) -> bool:
    if min(labels.shape) < MIN_FRAME:
        return False
    mask = labels == label
    if mask.mean() > MAX_FRAME_INK:
        return False
    filled = ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(mask, 2), np.ones((3, 3))))
    filled = filled[2:-2, 2:-2]
    is_round = max(labels.shape) <= MAX_CIRCLE_RATIO * min(labels.shape)
    if filled.mean() < (MIN_CIRCLE if circles and is_round else MIN_RECTANGLE):
        return False
    cells, _ = ndimage.label(filled & ~mask)
    if np.bincount(cells[cells > 0], minlength=1).max() < MIN_CELL * cells.size:
        return False
    inside = filled & ~mask & (labels > 0)
    if circles and inside.sum() < MIN_CIRCLED * mask.sum():
        return False
    rows = np.flatnonzero(inside.any(axis=1))
    return len(rows) > 0 and rows[-1] - rows[0] >= MIN_CONTENT * len(labels)
