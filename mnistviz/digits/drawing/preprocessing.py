"""From a picture or rendered strokes to the 28×28 image that the network sees."""

import io
import math
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.photo_ink import MIN_CONTRAST, ink_of_photo

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
# The decoder of WebP keeps a picture several times over, and can't make it smaller on the way.
MAX_WEBP_PIXELS = 20_000_000
# A digit ends at 20 pixels: of a larger picture one would only feel the memory.
WORKING_SIDE = 1_024
# What browsers, phones and scanners save. Pillow would start other programs for some others.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")

# A sheet that was drawn or cleanly scanned is even along its border, but where a digit touches
# it; one that was photographed is not, and ruled lines meet the border many times.
EVEN, EVEN_SHARE, MAX_TOUCHES = 0.02, 0.9, 3
# Smaller pictures have no room for the paper around a digit.
LEAST_PHOTO = 100
# Rows of the reduced picture that are made at once: the whole one in full colour may take 200 MB,
# and a copy of it would take that again.
BAND = 64
# Ink below this doesn't count for the box: a smear at the edge would shrink the digit.
INK_THRESHOLD = 0.1
# MNIST scales each digit to 20 pixels and puts its centre of mass in the middle of 28
# (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document
# recognition", section III.A).
BOX_SIZE = 20
RESAMPLING = Image.Resampling.BOX

# How a camera was held, as EXIF says it, and what sets the picture upright.
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

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

    The paper is what lies along the border, be the ink darker or lighter; of a photo, shadows,
    grain and ruled lines are taken off. A picture without contrast is all 0; one above 1,024
    pixels a side is reduced. Raises `DrawingError` for what is no picture, is damaged or too large.
    """
    return find_ink(open_picture(raw))


def open_picture(raw: bytes) -> FloatArray:
    """A picture file in grey: (height, width) float32 in [0, 1], at most 1,024 a side.

    The first frame, upright, on a white sheet where it is transparent, on a black one where
    nothing would be seen of it on white. Raises `DrawingError`, as `read_picture` does.
    """
    if len(raw) > MAX_BYTES:
        raise _too_large(f"{MAX_BYTES:,} bytes", f"{len(raw):,}")
    image = _decoded(raw)
    if image.mode == "RGBA":
        levels = _on_sheet(image, "white")
        # White ink on a transparent sheet.
        return levels if _ink(levels).any() else _on_sheet(image, "black")
    levels = np.asarray(image, np.float32)
    if image.mode == "L":
        return levels / np.float32(255)
    levels = np.nan_to_num(levels, posinf=0, neginf=0)  # mode F: of any range
    levels = levels / np.float32(max(float(np.abs(levels).max()), 1e-30))
    # Negative levels, which only scientific files have, are brought into the same range.
    return levels if levels.min() >= 0 else (levels + np.float32(1)) / np.float32(2)


def find_ink(levels: FloatArray) -> FloatArray:
    """Ink (height, width) float32 in [0, 1] of grey levels in [0, 1], on a clean sheet or a photo
    of one. A photo is reduced to 512 pixels a side.
    """
    border = _border(levels)
    off = np.abs(border - np.median(border)) > EVEN
    touches = int((off[1:] & ~off[:-1]).sum())
    clean = off.mean() <= 1 - EVEN_SHARE and touches <= MAX_TOUCHES
    if clean or min(levels.shape) < LEAST_PHOTO:
        return _ink(levels)
    return ink_of_photo(levels)


def _too_large(limit: str, found: str) -> DrawingError:
    return DrawingError(
        f"expected a picture of at most {limit}, got {found}; scale it down and try again"
    )


def _decoded(raw: bytes) -> Image.Image:
    """The first frame, upright and reduced: RGBA where it has transparency, else L or F."""
    size, limit, name = None, MAX_PIXELS, ""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, refused below, and of odd metadata, no matter here.
            warnings.simplefilter("ignore")
            file = Image.open(io.BytesIO(raw), formats=FORMATS)
            size = file.size
            if file.format == "WEBP":
                limit, name = MAX_WEBP_PIXELS, " as WebP"
            if size[0] * size[1] <= limit:
                turned = _TURNS.get(file.getexif().get(_ORIENTATION, 1))
                # A JPEG can leave out pixels while it is decoded.
                file.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
                image = _in_bands(file)
                return image if turned is None else image.transpose(turned)
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
    raise _too_large(f"{limit / 1e6:.0f} megapixels{name}", found)


def _in_bands(image: Image.Image) -> Image.Image:
    """The picture with each side at most 1,024, as RGBA, L or F, made band by band."""
    image.load()
    width, height = image.size
    times = math.ceil(max(width, height) / WORKING_SIDE)
    size = (math.ceil(width / times), math.ceil(height / times))
    whole = None
    for top in range(0, height, BAND * times):
        band = image.crop((0, top, width, min(height, top + BAND * times)))
        if image.mode.startswith(("I", "F")):  # 16 or 32 bits, which L would cut off
            band = band.convert("F")
        elif image.has_transparency_data:
            band = band.convert("RGBA")
        else:
            band = band.convert("RGB").convert("L")
        whole = whole or Image.new(band.mode, size)
        whole.paste(band.reduce(times), (0, top // times))
    assert whole is not None  # a picture has a row
    return whole


def _on_sheet(image: Image.Image, colour: str) -> FloatArray:
    sheet = Image.new("RGBA", image.size, colour)
    grey = Image.alpha_composite(sheet, image).convert("L")
    return np.asarray(grey, np.float32) / np.float32(255)


def _border(levels: FloatArray) -> FloatArray:
    return np.concatenate([levels[0], levels[-1], levels[1:-1, 0], levels[1:-1, -1]])


def _ink(levels: FloatArray) -> FloatArray:
    """Ink in [0, 1] of grey levels in [0, 1], on a sheet as even as its border."""
    border = _border(levels)
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
