"""Ink in a photo of a sheet: with shadows, grain, ruled lines, a table around it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from mnistviz.core.types.arrays import FloatArray

# The grain of a photographed or JPEG-compressed empty sheet spans less of the grey range.
MIN_CONTRAST = 0.1
# A digit ends at 20 pixels, and a number is some digits wide.
SIDE = 512
# The paper is seen without ink at this size, through a window wider than any stroke is.
PAPER_SIDE, PAPER_WINDOW = 160, 31
# Ink darker than so many deviations of the paper's grain is no grain.
GRAIN = 4.0
# A pale ruled line is less than half as dark as the ink upon it.
PALE = 0.45
# Pieces smaller than this share of the largest one are dirt, those at the edge no part of a digit.
DIRT = 0.03
# A ruled line is at least this long, as a share of the side, and thinner than the pen.
RULED_LENGTH, RULED_TILTS = 0.3, np.arange(-4, 4.1, 1.0)


def ink_of_photo(levels: FloatArray) -> FloatArray:
    """Ink (height, width) float32 in [0, 1] of grey levels (h, w) in [0, 1], at most 512 a side.

    The paper's own brightness is taken off (a closing, for dark ink, or an opening wipes out the
    ink), then what is as pale as grain or as a ruled line, then what is small or lies at the edge.
    """
    levels = _reduced(levels)
    smooth = ndimage.gaussian_filter(levels, 0.7)
    (dark, share), (light, _) = (_over_paper(smooth, sign) for sign in (1, -1))
    # Ink covers little of a sheet: it is what stands out far on one side of the paper only.
    ink = share if _stands_out(dark) >= _stands_out(light) else light
    grain = GRAIN * 1.4826 * float(np.median(np.abs(ink)))
    if _stands_out(ink) < max(MIN_CONTRAST, grain):
        return np.zeros_like(levels)
    full = _full_ink(ink, max(grain, MIN_CONTRAST))
    least = max(grain, PALE * full)
    mask = _without_dirt(_without_ruling(ink > least))
    if not mask.any():
        return np.zeros_like(levels)
    # The soft edge of a stroke is part of it.
    soft = ndimage.binary_dilation(mask, iterations=1)
    stretched: FloatArray = np.clip((ink - least / 2) / (full - least / 2), 0, 1)
    return np.where(soft, stretched, 0).astype(np.float32)


def _reduced(levels: FloatArray) -> FloatArray:
    height, width = levels.shape
    zoom = SIDE / max(height, width)
    if zoom >= 1:
        return levels
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    return np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))


def _over_paper(levels: FloatArray, sign: int) -> tuple[FloatArray, FloatArray]:
    """How much darker (sign 1) or lighter (-1) than the paper each pixel is; as its share, too."""
    height, width = levels.shape
    zoom = min(1.0, PAPER_SIDE / max(height, width))
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    small = np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))
    small = ndimage.median_filter(small, 3, mode="nearest")
    wipe = ndimage.grey_closing if sign > 0 else ndimage.grey_opening
    paper = wipe(small, PAPER_WINDOW, mode="nearest")
    paper = ndimage.gaussian_filter(np.asarray(paper, np.float32), PAPER_WINDOW / 8, mode="nearest")
    whole = np.asarray(
        Image.fromarray(paper).resize((width, height), Image.Resampling.BILINEAR), np.float32
    )
    over = (np.float32(sign) * (whole - levels)).astype(np.float32)
    # Light falls on ink as on paper: their ratio is the ink's own.
    return over, (over / np.maximum(whole, np.float32(0.05))).astype(np.float32)


def _stands_out(ink: FloatArray) -> float:
    return float(np.percentile(ink, 99.5))


def _full_ink(ink: FloatArray, least: float) -> float:
    """How dark the pen is: the middle of all that is darker than half the darkest."""
    darkest = float(np.percentile(ink[ink > least], 95))
    return float(np.median(ink[ink > darkest / 2]))


def _without_ruling(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take off long straight lines that are thinner than the rest of the ink."""
    ruled = _long_lines(mask) | _long_lines(mask.T).T
    if not ruled.any():
        return mask
    thickness = 2 * float(np.percentile(ndimage.distance_transform_edt(mask)[ruled], 90))
    rest = mask & ~ruled
    # Where the pen crosses a line, the line is as thick as the pen: that part stays.
    grown = max(1, round(thickness / 2))
    kept = ndimage.binary_closing(rest, np.ones((3, 3)), iterations=grown + 1) & mask
    return kept if kept.sum() > DIRT * mask.sum() else mask


def _long_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies in a nearly horizontal line that is long enough to be ruled."""
    height, width = mask.shape
    length = max(3, int(RULED_LENGTH * max(mask.shape)))
    # A line that wobbles by two pixels is one all the same.
    thick = ndimage.binary_dilation(mask, np.ones((5, 1)))
    rows, columns = np.mgrid[0:height, 0:width]
    found = np.zeros_like(mask)
    for tilt in RULED_TILTS:
        # Sheared, such a line is horizontal, and filters along rows are quick.
        sheared = (rows + np.rint(np.tan(np.radians(tilt)) * columns).astype(int)) % height
        least = ndimage.minimum_filter1d(thick[sheared, columns], length, axis=1, mode="constant")
        found[sheared, columns] |= ndimage.maximum_filter1d(least, length, axis=1, mode="constant")
    return found & mask


def _without_dirt(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, number = ndimage.label(mask, np.ones((3, 3)))
    if not number:
        return mask
    sizes = ndimage.sum_labels(mask, labels, np.arange(1, number + 1))
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = ~np.isin(np.arange(1, number + 1), border)
    # A digit that was cut off at the edge is better than none.
    candidates = inside if sizes[inside].sum() > DIRT * sizes.sum() else np.ones_like(inside)
    kept = candidates & (sizes >= DIRT * sizes[candidates].max())
    return np.isin(labels, np.flatnonzero(kept) + 1)
