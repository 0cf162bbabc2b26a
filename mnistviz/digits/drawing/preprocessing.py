"""Convert ink to the 28×28 image that the network receives, as MNIST was made."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.pen import with_mnist_pen

# Fainter ink does not count for the bounding box: a smudge at the edge would shrink the digit.
INK_THRESHOLD = 0.1
# MNIST scales each digit to 20 pixels and puts its centre of mass in the middle of 28
# (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document
# recognition", section III.A).
BOX_SIZE = 20
RESAMPLING = Image.Resampling.BOX

# The mean `stroke_width` of the 60,000 training images of MNIST, and the range that holds 90 %.
MNIST_STROKE_WIDTH = 2.45
MNIST_STROKE_WIDTHS = (1.63, 3.58)


@dataclass(frozen=True)
class Stages:
    """The stages from ink to the input of the network. Arrays are float32 in [0, 1].

    `ink` is `(height, width)`. `box` is (left, top, right, bottom) in it, right and bottom
    exclusive, None if blank. `drawn` is the ink in the box, with MNIST's pen if that was wanted.
    `scaled` is `drawn` scaled to `(20, ≤20)` or `(≤20, 20)`, `offset`
    its (left, top) in `image`, `(28, 28)`, the input of the network.
    """

    ink: FloatArray
    box: tuple[int, int, int, int] | None
    drawn: FloatArray
    scaled: FloatArray
    offset: tuple[int, int]
    image: FloatArray

    @property
    def blank(self) -> bool:
        return self.box is None


def normalise(
    ink: FloatArray, *, to_pen: bool = False, to_box: bool = True, to_centre: bool = True
) -> Stages:
    """Convert ink `(height, width)` in [0, 1] to 28×28 pixels as MNIST was made.

    The bounding box of the ink is scaled to 20 pixels on its longer side and placed, by whole
    pixels, with its centre of mass in the middle, as far as it fits. With `to_pen`, which pictures
    need, its strokes are drawn as wide as MNIST's first. To show the effect of each
    step: without `to_box`, the whole sheet is scaled to 28 pixels; without `to_centre`, the
    centre of the box is placed in the middle. Raises `DrawingError` for an empty array.
    """
    if ink.ndim != 2 or not ink.size:
        raise DrawingError(
            f"expected ink as rows and columns, at least one each, got shape {ink.shape}; "
            "render a drawing or read a picture first"
        )
    ink = np.clip(np.nan_to_num(ink), 0, 1).astype(np.float32)
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32)
    box = _ink_box(ink)
    if box is None:
        nothing = np.zeros((0, 0), np.float32)
        return Stages(ink, None, nothing, nothing, (0, 0), image)
    left, top, right, bottom = box if to_box else (0, 0, ink.shape[1], ink.shape[0])
    drawn = ink[top:bottom, left:right]
    if to_pen:
        drawn = _redrawn(drawn, to_box)
    height, width = drawn.shape
    scale = (BOX_SIZE if to_box else IMAGE_SIZE) / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    digit = Image.fromarray(drawn).resize(size, RESAMPLING)
    scaled = np.asarray(digit).clip(0, 1)
    scaled = scaled / scaled.max()
    if to_centre:
        x, y = (_centred_start(scaled.sum(axis)) for axis in (0, 1))
    else:
        x, y = ((IMAGE_SIZE - length) // 2 for length in size)
    image[y : y + size[1], x : x + size[0]] = scaled
    return Stages(ink, (left, top, right, bottom), drawn, scaled, (x, y), image)


def _ink_box(ink: FloatArray) -> tuple[int, int, int, int] | None:
    rows, columns = (np.flatnonzero((ink > INK_THRESHOLD).any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _redrawn(ink: FloatArray, to_box: bool) -> FloatArray:
    """The ink with MNIST's pen, cut to its box again if it was before."""
    drawn = with_mnist_pen(ink)
    box = _ink_box(drawn)
    if box is None or not to_box:
        return drawn
    left, top, right, bottom = box
    return drawn[top:bottom, left:right]


def stroke_width(image: FloatArray) -> float:
    """Return the mean stroke width, in pixels, of an image `(height, width)` in [0, 1].

    The edge of a stroke is twice its length, so its width is twice its ink divided by the length
    of its edge, which is the total variation of the image. 0 without ink.
    """
    padded = np.pad(image.astype(np.float64), 1)
    corner = padded[:-1, :-1]
    edge = np.hypot(padded[1:, :-1] - corner, padded[:-1, 1:] - corner).sum()
    return float(2 * padded.sum() / edge) if edge else 0.0


def _centred_start(profile: FloatArray) -> int:
    """The first of 28 pixels of a profile whose centre of mass is placed at pixel 14."""
    centre = float((profile * np.arange(len(profile))).sum() / profile.sum())
    return int(np.clip(round(IMAGE_SIZE / 2 - centre), 0, IMAGE_SIZE - len(profile)))
