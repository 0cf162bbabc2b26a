"""Draw ink with a pen as wide as MNIST's: thin lines are widened, thick ones are thinned."""

import math

import numpy as np
from PIL import Image
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, FloatArray

# Ink is scaled to so many pixels before its outline is moved: small ink up, large ink down.
PEN_SIDES = (80, 240)
# Half of MNIST's training digits have strokes between these widths, as shares of the digit's side:
# 2.0 to 2.8 of 20 pixels.
PEN_WIDTHS = (0.1, 0.14)
# Room for the outline to move outwards, as a share of the digit's side.
MARGIN = 0.15
# The outline is where the ink has this share of the darkness of most of it, fainter ink aside.
OUTLINE, DARK_PERCENTILE, FAINT = 0.4, 90, 0.1


def with_mnist_pen(ink: FloatArray) -> FloatArray:
    """Return the ink `(h, w)` in [0, 1] of one digit with strokes as wide as MNIST's.

    `ink` is cut to the digit's box. It stays as it is if its strokes are 2.0 to 2.8 of MNIST's
    pixels wide. The outline of other ink is moved by half of the difference, in its signed distance
    field; the result has another size and hard edges.
    """
    side = float(np.clip(max(ink.shape), *PEN_SIDES))
    mask = _scaled_mask(ink, side)
    if not mask.any():
        return ink
    width = line_width(mask) / side
    wanted = float(np.clip(width, *PEN_WIDTHS))
    if wanted == width:
        return ink
    distance = np.where(
        mask,
        ndimage.distance_transform_edt(mask) - 0.5,
        0.5 - ndimage.distance_transform_edt(~mask),
    )
    moved = distance + (wanted - width) * side / 2
    drawn: FloatArray = np.clip(0.5 + moved, 0, 1).astype(np.float32)
    return drawn if drawn.max() == 1 else ink


def line_width(mask: BoolArray) -> float:
    """Return the mean width of lines in pixels: twice their area by the length of their outline.

    The outline is smoothed first: that of pixels is longer along diagonals.
    """
    soft = ndimage.gaussian_filter(np.pad(mask, 4).astype(np.float32), 1)
    corner = soft[:-1, :-1]
    outline = np.hypot(soft[1:, :-1] - corner, soft[:-1, 1:] - corner).sum()
    return float(2 * soft.sum() / outline) if outline else 0.0


def _scaled_mask(ink: FloatArray, side: float) -> BoolArray:
    """Return where there is ink, with `side` pixels on the longer side of its box and a margin."""
    scale = side / max(ink.shape)
    padded = np.pad(ink, math.ceil(MARGIN * max(ink.shape)))
    height, width = (max(1, round(length * scale)) for length in padded.shape)
    how = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    scaled = np.asarray(Image.fromarray(padded).resize((width, height), how))
    visible = scaled[scaled > FAINT]
    if not visible.size:
        return np.zeros(scaled.shape, bool)
    dark = min(1.0, float(np.percentile(visible, DARK_PERCENTILE)))
    mask: BoolArray = scaled > OUTLINE * dark
    return mask
