"""From a picture or rendered strokes to the 28×28 image that the network sees."""

import io
import math
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnistviz.errors import DrawingError
from mnistviz.rows import FloatArray
from mnistviz.spec import IMAGE_SIZE

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
# A digit ends at 20 pixels: of a larger picture one would only feel the memory.
WORKING_SIDE = 1_024
# What browsers, phones and scanners save. Pillow would start other programs for some others.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")

# The noise of a photographed or JPEG-compressed empty sheet spans less of the grey range.
MIN_CONTRAST = 0.1
# Ink below this doesn't count for the box: a smear at the edge would shrink the digit.
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
    """What becomes of ink on its way to the network. Arrays are float32 in [0, 1].

    `ink` is (height, width). `box` is (left, top, right, bottom) in it, right and
    bottom exclusive, None when blank. `scaled` is the box at (20, ≤20) or (≤20, 20),
    `offset` its (left, top) in `image`, (28, 28), which the network sees.
    """

    ink: FloatArray
    box: tuple[int, int, int, int] | None
    scaled: FloatArray
    offset: tuple[int, int]
    image: FloatArray

    @property
    def blank(self) -> bool:
        return self.box is None


# ---------------------------------------------------------------- pictures


def read_picture(raw: bytes) -> FloatArray:
    """Ink of a picture file: (height, width) float32 in [0, 1], 0 = paper, 1 = most ink.

    The paper is what lies along the border, be the ink darker or lighter. A picture
    without contrast is all 0; one above 1,024 pixels a side is reduced. Raises
    `DrawingError` for what is no picture, is damaged or too large.
    """
    if len(raw) > MAX_BYTES:
        raise _too_large(f"{MAX_BYTES:,} bytes", f"{len(raw):,}")
    image = _decoded(raw)
    image = image.reduce(math.ceil(max(image.size) / WORKING_SIDE))
    if image.mode == "RGBA":
        ink = _ink(_on_sheet(image, "white"))
        # White ink on a transparent sheet.
        return ink if ink.any() else _ink(_on_sheet(image, "black"))
    levels = np.asarray(image, np.float32)
    if image.mode == "L":
        return _ink(levels / np.float32(255))
    levels = np.nan_to_num(levels, posinf=0, neginf=0)  # mode F: of any range
    return _ink(levels / max(float(np.abs(levels).max()), 1e-30))


def _too_large(limit: str, found: str) -> DrawingError:
    return DrawingError(
        f"expected a picture of at most {limit}, got {found}; scale it down and try again"
    )


def _decoded(raw: bytes) -> Image.Image:
    """The first frame, upright: RGBA where it has transparency, else L or F."""
    size = None
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, refused below, and of odd metadata, no matter here.
            warnings.simplefilter("ignore")
            file = Image.open(io.BytesIO(raw), formats=FORMATS)
            size = file.size
            if size[0] * size[1] <= MAX_PIXELS:
                image = ImageOps.exif_transpose(file)
                if image.mode.startswith(("I", "F")):  # 16 or 32 bits, which L would cut off
                    return image.convert("F")
                if image.has_transparency_data:
                    return image.convert("RGBA")
                return image.convert("RGB").convert("L")
    except UnidentifiedImageError:
        raise DrawingError(
            "expected a picture as PNG, JPEG, BMP, GIF, WebP or TIFF, got "
            f"{len(raw):,} bytes that can't be read as any of these; save it as PNG"
        ) from None
    except Image.DecompressionBombError:
        pass
    # A damaged file makes Pillow raise whatever its parsers stumble on.
    except Exception as error:
        raise DrawingError(
            f"expected a whole picture, got a damaged one ({error}); save it again"
        ) from None
    found = f"{size[0]:,} × {size[1]:,} pixels" if size else "many times as many"
    raise _too_large(f"{MAX_PIXELS / 1e6:.0f} megapixels", found)


def _on_sheet(image: Image.Image, colour: str) -> FloatArray:
    sheet = Image.new("RGBA", image.size, colour)
    grey = Image.alpha_composite(sheet, image).convert("L")
    return np.asarray(grey, np.float32) / np.float32(255)


def _ink(levels: FloatArray) -> FloatArray:
    """Ink in [0, 1] of grey levels in [-1, 1]."""
    border = np.concatenate([levels[0], levels[-1], levels[1:-1, 0], levels[1:-1, -1]])
    paper = np.median(border)
    darker = paper - levels.min() > levels.max() - paper
    ink: FloatArray = paper - levels if darker else levels - paper
    # Three times the median deviation: grain and shade of the paper, 0 on a clean sheet.
    grain = 3 * np.median(np.abs(border - paper))
    most = ink.max() - grain
    if most < MIN_CONTRAST:
        return np.zeros_like(levels)
    stretched: FloatArray = np.clip((ink - grain) / most, 0, 1).astype(np.float32)
    return stretched


# ---------------------------------------------------------------- MNIST's normalisation


def normalise(ink: FloatArray, *, to_box: bool = True, to_centre: bool = True) -> Stages:
    """Bring ink (height, width) in [0, 1] to 28×28 the way MNIST was made.

    The box around the ink is scaled to 20 pixels on its longer side and placed,
    by whole pixels, with its centre of mass in the middle, as far as it fits.
    Without `to_box`, the whole sheet is scaled to 28 pixels; without `to_centre`,
    the middle of the box is placed in the middle: to see what each step is good for.
    """
    if ink.ndim != 2 or not ink.size:
        raise DrawingError(
            f"expected ink as rows and columns, at least one each, got shape {ink.shape}; "
            "render a drawing or read a picture first"
        )
    ink = np.clip(np.nan_to_num(ink), 0, 1).astype(np.float32)
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32)
    rows, columns = (np.flatnonzero((ink > INK_THRESHOLD).any(axis)) for axis in (1, 0))
    if not len(rows):
        return Stages(ink, None, np.zeros((0, 0), np.float32), (0, 0), image)
    left, top = int(columns[0]), int(rows[0])
    right, bottom = int(columns[-1]) + 1, int(rows[-1]) + 1
    if not to_box:
        left, top, right, bottom = 0, 0, ink.shape[1], ink.shape[0]
    width, height = right - left, bottom - top
    share = (BOX_SIZE if to_box else IMAGE_SIZE) / max(width, height)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    digit = Image.fromarray(ink[top:bottom, left:right]).resize(size, RESAMPLING)
    scaled = np.asarray(digit).clip(0, 1)
    scaled = scaled / scaled.max()
    if to_centre:
        x, y = (_start(scaled.sum(axis)) for axis in (0, 1))
    else:
        x, y = ((IMAGE_SIZE - length) // 2 for length in size)
    image[y : y + size[1], x : x + size[0]] = scaled
    return Stages(ink, (left, top, right, bottom), scaled, (x, y), image)


def stroke_width(image: FloatArray) -> float:
    """The mean width in pixels of the strokes of an image (height, width) in [0, 1].

    A stroke has twice as much edge as it is long, so it is as wide as twice the ink for
    each pixel of edge; the edge is the image's total variation. 0 without ink.
    """
    framed = np.pad(image.astype(np.float64), 1)
    corner = framed[:-1, :-1]
    edge = np.hypot(framed[1:, :-1] - corner, framed[:-1, 1:] - corner).sum()
    return float(2 * framed.sum() / edge) if edge else 0.0


def _start(profile: FloatArray) -> int:
    """Where in 28 pixels a profile must start, so that its centre of mass is in pixel 14."""
    centre = float((profile * np.arange(len(profile))).sum() / profile.sum())
    return int(np.clip(round(IMAGE_SIZE / 2 - centre), 0, IMAGE_SIZE - len(profile)))
