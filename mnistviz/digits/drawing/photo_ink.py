"""Find the ink in a photo of a sheet with shadows, grain, printed lines or a table around it."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray, IntArray
from mnistviz.digits.drawing.paper import difference, papers_of, reduced
from mnistviz.digits.drawing.ruling import frames, without_lines
from mnistviz.digits.drawing.sheet import sheet_of

# The side of the reduced photo: a digit has 20 pixels in the end, and a number some digits.
MAX_SIDE = 512
# Ink that differs less from the paper is not visible.
MIN_CONTRAST = 0.04
# The least standard deviation of the grain; ink is parts of pixels above the second number of
# deviations, in which one pixel is above the first (Canny 1986, "A computational approach to edge
# detection", calls this hysteresis).
MIN_GRAIN, STRONG_DEVIATIONS, WEAK_DEVIATIONS = 0.004, 6.0, 3.0
# The lower threshold as a share of the upper one, which is Otsu's.
WEAK_SHARE = 0.5
# Components at the picture's edge count less: the table, a shadow, the next line of text.
EDGE_WEIGHT = 0.3
# What is left of a printed line there is thinner than the first number of pixels, on average if its
# box is narrower than the second.
SLIM, SLIM_BOX = 4, 12
# What belongs to a digit is at most so far from its strongest part, at most so much longer and at
# least so strong, as shares of it.
NEAR, MAX_LENGTH, MIN_STRENGTH = 0.25, 1.3, 0.02
# A part shorter than the first number of pixels is a piece of a line that is broken where printed
# lines cross it; what is near is so far away.
PIECE, NEAR_PIECE = 20, 10
# Parts of a broken line have this share of the strength of the strongest, and are so long at most.
ALIKE, MAX_BROKEN_LENGTH = 0.25, 2.0
# The line below a digit is lower than this share of its width and of the digit's length, wider than
# the digit, and at least so far below it.
MAX_UNDERLINE, MIN_UNDERLINE_GAP = 0.2, 0.05
# At the picture's edge, a digit of a number is so high, as a share of this percentile of the
# others.
USUAL_PERCENTILE, LOWEST, HIGHEST = 75, 0.6, 1.5
# Ink is as dark as this percentile of its pixels, or darker.
FULL_PERCENTILE = 75
NUM_BINS = 256


@dataclass(frozen=True)
class _Parts:
    """The connected components of ink: label `(h, w)`, and by label boxes, strengths, edge."""

    labels: IntArray
    boxes: IntArray
    strengths: DoubleArray
    at_edge: BoolArray


@dataclass(frozen=True)
class PhotoStages:
    """The stages from a photo to its ink, float32, at most 512 pixels a side.

    `paper` `(h, w, 3)` is its colour in [0, 1], `difference` `(h, w)` how far each pixel is on the
    ink's side of it, `unruled` the same without printed lines, `ink` what is left, in [0, 1].
    `left_out` counts parts that are about as strong as the digit and not at the edge.
    """

    paper: FloatArray
    difference: FloatArray
    unruled: FloatArray
    ink: FloatArray
    left_out: int


def stages_of_photo(colours: FloatArray, several: bool = False) -> PhotoStages:
    """Return the stages from a photo `(h, w, 3)` in [0, 1] to its ink.

    A table around the sheet is omitted. The paper's colour is subtracted, then lines from edge to
    edge; what is left is separated from the grain by two thresholds. Frames and what is at the
    edge are omitted. Of the rest, the digit is the part with most contrast and what is near it; if
    there are `several`, all is kept that is as strong as a digit beside it.
    """
    colours = reduced(colours, MAX_SIDE)
    sheet = sheet_of(colours)
    if sheet is None:
        return _stages_of_sheet(colours, several)
    left, top, right, bottom = sheet.box
    stages = _stages_of_sheet(sheet.colours[top:bottom, left:right], several)

    def on_photo(values: FloatArray) -> FloatArray:
        """The values on the sheet, beyond which nothing is paper or ink."""
        whole = np.zeros((*colours.shape[:2], *values.shape[2:]), np.float32)
        whole[top:bottom, left:right] = values
        whole[~sheet.mask] = 0
        return whole

    return PhotoStages(
        on_photo(stages.paper),
        on_photo(stages.difference),
        on_photo(stages.unruled),
        on_photo(stages.ink),
        stages.left_out,
    )


def _stages_of_sheet(colours: FloatArray, several: bool) -> PhotoStages:
    """The stages of a photo that shows nothing but the sheet."""
    ink, paper = difference(colours, *papers_of(colours))
    grain = max(MIN_GRAIN, 1.4826 * float(np.median(np.abs(ink))))
    different = np.clip(ink, 0, None)
    # Frames first: of a frame whose long sides are taken for ruled lines, the short ones stay.
    unruled = without_lines(_without_frames(different, grain), grain)
    # Circles at last: in a 0 on ruled paper there are lines.
    unruled = _without_frames(unruled, grain, circles=True)
    return PhotoStages(paper, different, unruled, *_ink_of(unruled, grain, several))


def _ink_of(ink: FloatArray, grain: float, several: bool) -> tuple[FloatArray, int]:
    """The ink of a digit, or of all digits, in what differs from the paper; what is left out."""
    parts = _parts(ink, grain)
    kept = _of_number(parts) if several else _of_digit(parts)
    is_alike = parts.strengths > ALIKE * parts.strengths[kept].max(initial=0)
    left_out = int((is_alike & ~kept & ~parts.at_edge).sum())
    mask = np.concatenate([[False], kept])[parts.labels]
    if not mask.any():
        return np.zeros_like(ink), 0
    full = float(np.percentile(ink[mask], FULL_PERCENTILE))
    # The soft edge of a stroke is part of it.
    soft = ndimage.binary_dilation(mask)
    found = np.where(soft, np.clip(ink / np.float32(full), 0, 1), 0).astype(np.float32)
    return found, left_out


def _without_frames(ink: FloatArray, grain: float, *, circles: bool = False) -> FloatArray:
    """The ink less frames, which may be darker than the digit in them."""
    parts = _parts(ink, grain)
    are_frames = frames(parts.labels, len(parts.boxes), circles=circles)
    if not are_frames.any():
        return ink
    printed = np.concatenate([[False], are_frames])[parts.labels]
    rest: FloatArray = np.where(ndimage.binary_dilation(printed, iterations=2), np.float32(0), ink)
    return rest


def _otsu(values: FloatArray) -> float:
    """The threshold with the greatest variance between its two sides (Otsu 1979)."""
    counts, edges = np.histogram(values, NUM_BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below * above * (mean_below - mean_above) ** 2
    return float(middles[between.argmax()])


def _parts(ink: FloatArray, grain: float) -> _Parts:
    """The components above the lower threshold; those that are no ink have strength 0."""
    visible = ink[ink > max(MIN_CONTRAST, WEAK_DEVIATIONS * grain)]
    strong = max(_otsu(visible) if visible.size else 1.0, STRONG_DEVIATIONS * grain, MIN_CONTRAST)
    weak = max(WEAK_SHARE * strong, WEAK_DEVIATIONS * grain)
    labels, number = ndimage.label(ink > weak, np.ones((3, 3)))
    every = np.arange(1, number + 1)
    # Squared slopes: the sharp edge of a stroke counts more than the soft one of a shadow.
    slopes = np.square(np.gradient(ink)).sum(axis=0)
    strengths = ndimage.sum_labels(slopes, ndimage.grey_dilation(labels, 3), every)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    at_edge = np.isin(every, border)
    is_ink = np.asarray(ndimage.maximum(ink, labels, every)) > strong
    places = [
        (columns.start, rows.start, columns.stop, rows.stop)
        for rows, columns in ndimage.find_objects(labels)
    ]
    boxes = np.array(places, int).reshape(-1, 4)
    sizes = boxes[:, 2:] - boxes[:, :2]
    areas = np.bincount(labels.ravel(), minlength=number + 1)[1:]
    widths, box_widths = areas / sizes.max(axis=1, initial=1), sizes.min(axis=1, initial=MAX_SIDE)
    printed = at_edge & ((box_widths < SLIM) | ((widths < SLIM) & (box_widths < SLIM_BOX)))
    strengths = np.where(at_edge, EDGE_WEIGHT, 1) * np.where(is_ink & ~printed, strengths, 0)
    return _Parts(labels, boxes, strengths, at_edge)


def _of_digit(parts: _Parts) -> BoolArray:
    """Return the parts that are the digit: the strongest, and what is near it."""
    if not parts.strengths.any():
        return np.zeros(len(parts.strengths), bool)
    main = int(parts.strengths.argmax())
    sizes = parts.boxes[:, 2:] - parts.boxes[:, :2]
    length = sizes.max(axis=1)
    # A frame with a gap, or another thing around the digit.
    encloses = (parts.boxes[:, :2] < parts.boxes[main, :2]).all(axis=1)
    encloses &= (parts.boxes[:, 2:] > parts.boxes[main, 2:]).all(axis=1)
    as_strong = parts.strengths / parts.strengths[main]
    # A line that is broken has parts as strong as the strongest, and may be longer.
    most = np.where(as_strong > ALIKE, MAX_BROKEN_LENGTH, MAX_LENGTH)
    may_belong: BoolArray = (
        ~encloses & (length < most * length[main]) & (as_strong > MIN_STRENGTH) & ~parts.at_edge
    )
    reach = NEAR * length[main] if length[main] >= PIECE else NEAR_PIECE
    kept: BoolArray = may_belong & (_gaps(parts.boxes, main) < reach)
    kept[main] = True
    # What is near a part as strong as the strongest belongs to the digit, too.
    reached = kept & (as_strong > ALIKE)
    seen = np.zeros_like(kept)
    while (reached & ~seen).any():
        part = int((reached & ~seen).argmax())
        seen[part] = True
        near = _gaps(parts.boxes, part) < reach
        reached |= may_belong & near & (as_strong > ALIKE)
    kept |= reached
    return kept & ~_underlines(parts.boxes, kept)


def _underlines(boxes: IntArray, kept: BoolArray) -> BoolArray:
    """Return which of the kept parts is a line below all others."""
    found = np.zeros_like(kept)
    lowest = int(np.where(kept, boxes[:, 1], -1).argmax())
    others = kept.copy()
    others[lowest] = False
    if others.any():
        left, top = boxes[others, :2].min(axis=0)
        right, bottom = boxes[others, 2:].max(axis=0)
        width, height = boxes[lowest, 2:] - boxes[lowest, :2]
        length = max(right - left, bottom - top)
        found[lowest] = (
            height < MAX_UNDERLINE * min(width, length)
            and width > right - left
            and boxes[lowest, 1] - bottom > MIN_UNDERLINE_GAP * length
        )
    return found


def _gaps(boxes: IntArray, one: int) -> IntArray:
    """The gaps `(n,)` in pixels from one of boxes to all; negative where they overlap."""
    gaps: IntArray = np.maximum(boxes[:, :2] - boxes[one, 2:], boxes[one, :2] - boxes[:, 2:]).max(1)
    return gaps


def _of_number(parts: _Parts) -> BoolArray:
    """Return the parts that may be digits: all strong ones, at the edge only if high enough."""
    inside = np.where(parts.at_edge, 0, parts.strengths)
    strengths = inside if inside.any() else parts.strengths
    is_strong: BoolArray = parts.strengths > MIN_STRENGTH * strengths.max(initial=0)
    heights = parts.boxes[:, 3] - parts.boxes[:, 1]
    if not inside.any():
        return is_strong
    usual = np.percentile(heights[is_strong & ~parts.at_edge], USUAL_PERCENTILE)
    as_high = (heights > LOWEST * usual) & (heights < HIGHEST * usual)
    kept: BoolArray = is_strong & (~parts.at_edge | as_high)
    return kept
