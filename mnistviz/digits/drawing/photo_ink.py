"""Find the ink in a photo of a sheet with shadows, grain, ruled lines or a table around it."""

import numpy as np
from PIL import Image
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, FloatArray

# Grain of an empty sheet, photographed or compressed as JPEG, spans less of the grey range.
MIN_CONTRAST = 0.1
# The side of the reduced photo: a digit has 20 pixels in the end, and a number some digits.
MAX_SIDE = 512
# The paper's brightness is estimated at this size, with a window wider than any stroke.
PAPER_SIDE, PAPER_WINDOW = 160, 31
# Ink is darker than so many standard deviations of the grain.
GRAIN_DEVIATIONS = 4.0
# A pale ruled line is less dark than this share of the ink.
MIN_INK_SHARE = 0.45
# Components smaller than this share of the largest are dirt; those at the edge are not digits.
DIRT_SHARE = 0.03
# A ruled line is at least this long, as a share of the side, and thinner than the pen; degrees.
RULED_LENGTH, RULED_ANGLES = 0.3, np.arange(-4, 4.1, 1.0)


def ink_of_photo(levels: FloatArray) -> FloatArray:
    """Return ink `(height, width)` float32 in [0, 1], at most 512 a side, of grey levels in [0, 1].

    The brightness of the paper is subtracted; it is estimated by a grey closing for dark ink, an
    opening for light ink. Then grain and ruled lines, small components and those at the edge are
    removed.
    """
    levels = _reduced(levels)
    smooth = ndimage.gaussian_filter(levels, 0.7)
    (dark, share), (light, _) = (_over_paper(smooth, sign) for sign in (1, -1))
    # Ink covers a small part of a sheet and is on one side of the paper's brightness.
    ink = share if _contrast(dark) >= _contrast(light) else light
    grain = GRAIN_DEVIATIONS * 1.4826 * float(np.median(np.abs(ink)))
    if _contrast(ink) < max(MIN_CONTRAST, grain):
        return np.zeros_like(levels)
    full = _pen_darkness(ink, max(grain, MIN_CONTRAST))
    threshold = max(grain, MIN_INK_SHARE * full)
    mask = _without_dirt(_without_ruling(ink > threshold))
    if not mask.any():
        return np.zeros_like(levels)
    # The soft edge of a stroke is part of it.
    soft = ndimage.binary_dilation(mask, iterations=1)
    stretched: FloatArray = np.clip((ink - threshold / 2) / (full - threshold / 2), 0, 1)
    return np.where(soft, stretched, 0).astype(np.float32)


def _reduced(levels: FloatArray) -> FloatArray:
    height, width = levels.shape
    scale = MAX_SIDE / max(height, width)
    if scale >= 1:
        return levels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))


def _over_paper(levels: FloatArray, sign: int) -> tuple[FloatArray, FloatArray]:
    """How much darker (sign 1) or lighter (-1) each pixel is than the paper: difference, ratio."""
    height, width = levels.shape
    scale = min(1.0, PAPER_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))
    small = ndimage.median_filter(small, 3, mode="nearest")
    remove_ink = ndimage.grey_closing if sign > 0 else ndimage.grey_opening
    paper = remove_ink(small, PAPER_WINDOW, mode="nearest")
    paper = ndimage.gaussian_filter(np.asarray(paper, np.float32), PAPER_WINDOW / 8, mode="nearest")
    full_size = np.asarray(
        Image.fromarray(paper).resize((width, height), Image.Resampling.BILINEAR), np.float32
    )
    difference = (np.float32(sign) * (full_size - levels)).astype(np.float32)
    # Ink and paper are lit equally, so the ratio does not depend on the light.
    return difference, (difference / np.maximum(full_size, np.float32(0.05))).astype(np.float32)


def _contrast(ink: FloatArray) -> float:
    return float(np.percentile(ink, 99.5))


def _pen_darkness(ink: FloatArray, threshold: float) -> float:
    """The median of the ink that is darker than half of the darkest."""
    darkest = float(np.percentile(ink[ink > threshold], 95))
    return float(np.median(ink[ink > darkest / 2]))


def _without_ruling(mask: BoolArray) -> BoolArray:
    """The mask without long straight lines that are thinner than the other ink."""
    ruled = _long_lines(mask) | _long_lines(mask.T).T
    if not ruled.any():
        return mask
    thickness = 2 * float(np.percentile(ndimage.distance_transform_edt(mask)[ruled], 90))
    rest = mask & ~ruled
    # Closing restores the parts of strokes that cross a ruled line.
    num_iterations = max(1, round(thickness / 2)) + 1
    ink = ndimage.binary_closing(rest, np.ones((3, 3)), iterations=num_iterations) & mask
    return ink if ink.sum() > DIRT_SHARE * mask.sum() else mask


def _long_lines(mask: BoolArray) -> BoolArray:
    """The pixels in nearly horizontal lines that are long enough to be ruled."""
    height, width = mask.shape
    length = max(3, int(RULED_LENGTH * max(mask.shape)))
    # Lines that deviate by two pixels are included.
    thick = ndimage.binary_dilation(mask, np.ones((5, 1)))
    rows, columns = np.mgrid[0:height, 0:width]
    lines = np.zeros_like(mask)
    for angle in RULED_ANGLES:
        # A shear makes such a line horizontal; filters along rows are fast.
        sheared = (rows + np.rint(np.tan(np.radians(angle)) * columns).astype(int)) % height
        starts = ndimage.minimum_filter1d(thick[sheared, columns], length, axis=1, mode="constant")
        lines[sheared, columns] |= ndimage.maximum_filter1d(starts, length, axis=1, mode="constant")
    return lines & mask


def _without_dirt(mask: BoolArray) -> BoolArray:
    """The mask without small components and without those at the edge."""
    labels, number = ndimage.label(mask, np.ones((3, 3)))
    if not number:
        return mask
    sizes = ndimage.sum_labels(mask, labels, np.arange(1, number + 1))
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = ~np.isin(np.arange(1, number + 1), border)
    # If there is nothing else, a digit at the edge is kept.
    candidates = inside if sizes[inside].sum() > DIRT_SHARE * sizes.sum() else np.ones_like(inside)
    is_ink = candidates & (sizes >= DIRT_SHARE * sizes[candidates].max())
    return np.isin(labels, np.flatnonzero(is_ink) + 1)
