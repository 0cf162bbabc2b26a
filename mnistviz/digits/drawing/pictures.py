"""Decode a picture file within limits, and find the ink on it."""

import io
import math
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits.drawing import documents
from mnistviz.digits.drawing.even_paper import ink_on_even_paper, is_drawn
from mnistviz.digits.drawing.photo_ink import PhotoStages, stages_of_photo

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
# A larger picture is reduced: a digit ends at 20 pixels, more only takes memory.
WORKING_SIDE = 1_024


@dataclass(frozen=True)
class PictureFormat:
    """A file format of pictures: its name, suffixes and limit. Pillow's name is in capitals."""

    name: str
    suffixes: tuple[str, ...]
    max_pixels: int = MAX_PIXELS
    # For people: what is read of such a file.
    note: str = ""

    @property
    def max_megapixels(self) -> int:
        return self.max_pixels // 1_000_000


# The formats of browsers, phones and scanners. Pillow runs other programs for some other formats.
PICTURE_FORMATS = (
    PictureFormat("PNG", (".png",)),
    PictureFormat("JPEG", (".jpg", ".jpeg")),
    PictureFormat("BMP", (".bmp",)),
    PictureFormat("GIF", (".gif",), note="its first frame"),
    # The decoder of WebP holds several copies of a picture, and can't reduce it while decoding.
    PictureFormat("WebP", (".webp",), max_pixels=20_000_000),
    PictureFormat("TIFF", (".tif", ".tiff")),
    PictureFormat("HEIF", (".heic", ".heif"), max_pixels=25_000_000, note="HEIC of phones"),
    PictureFormat("PDF", (".pdf",), note="its first page"),
)
PICTURE_SUFFIXES = tuple(suffix for kind in PICTURE_FORMATS for suffix in kind.suffixes)
# What Pillow reads without further packages.
PILLOW_FORMATS = tuple(
    kind.name.upper() for kind in PICTURE_FORMATS if kind.name not in ("HEIF", "PDF")
)

# Smaller pictures have no room for the paper around a digit: they are no photos.
MIN_PHOTO_SIDE = 100
# A number fills a narrow picture, which may still have printed lines.
MIN_NUMBER_SIDE = 32
# Rows of the reduced picture that are converted at once: converting all of a large picture would
# take another 200 MB.
BAND_ROWS = 64

# The EXIF tag of the camera's orientation, and the operation that sets the picture upright.
_ORIENTATION = 0x0112
_UPRIGHT_OPERATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def format_names(*, with_notes: bool = False) -> str:
    """The names of all picture formats for people, as in "PNG, JPEG or TIFF"."""
    *names, last = (
        f"{kind.name} ({kind.note})" if with_notes and kind.note else kind.name
        for kind in PICTURE_FORMATS
    )
    return f"{', '.join(names)} or {last}"


def limits() -> str:
    """The limits of size for people, as in "20 MB and 50 megapixels, as WebP 20, as HEIF 25"."""
    exceptions = [
        f", as {kind.name} {kind.max_megapixels}"
        for kind in PICTURE_FORMATS
        if kind.max_pixels != MAX_PIXELS
    ]
    general = f"{MAX_BYTES // 1_000_000} MB and {MAX_PIXELS // 1_000_000} megapixels"
    return general + "".join(exceptions)


def read_picture(raw: bytes, several: bool = False) -> FloatArray:
    """Return the ink of a picture file: `(height, width)` float32 in [0, 1], 0 = paper, 1 = ink.

    Ink is what differs from the paper in any colour. Shadows, grain and printed lines of a photo
    are removed. A picture without contrast is all 0; one above 1,024 pixels a side is reduced.
    Raises `DrawingError` for a file that is no picture, damaged or too large.
    """
    return find_ink(open_picture(raw), several)


def open_picture(raw: bytes) -> ByteArray:
    """Return a picture file in colour: `(height, width, 3)` uint8, at most 1,024 a side.

    The first frame, upright. A transparent picture is put on a white sheet, or on a black one if
    nothing of it is visible on white. Raises `DrawingError`, as `read_picture` does.
    """
    if len(raw) > MAX_BYTES:
        raise _too_large_error(f"{MAX_BYTES:,} bytes", f"{len(raw):,}")
    image = _decode(raw)
    if image.mode == "RGBA":
        colours = _on_sheet(image, "white")
        is_visible = ink_on_even_paper(colours.astype(np.float32) / np.float32(255)).any()
        return colours if is_visible else _on_sheet(image, "black")
    if image.mode == "RGB":
        return np.asarray(image)
    levels = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)  # of any range
    levels = levels / np.float32(max(float(np.abs(levels).max()), 1e-30))
    # Only scientific files have negative levels; they are scaled to the same range.
    if levels.min() < 0:
        levels = (levels + np.float32(1)) / np.float32(2)
    grey = (levels * 255).round().astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=-1)


def find_ink(colours: ByteArray, several: bool = False) -> FloatArray:
    """Return the ink `(height, width)` float32 in [0, 1] of colours `(height, width, 3)` uint8.

    A picture with an uneven border is a photo of a sheet; it is reduced to 512 pixels a side, and
    if it has not `several` digits, what is not near the most visible one is omitted.
    """
    return find_ink_and_rest(colours, several)[0]


def find_ink_and_rest(colours: ByteArray, several: bool = False) -> tuple[FloatArray, int]:
    """Return the ink, as `find_ink` does, and the number of parts of a photo that were left out.

    Those are as visible as the digit and not at the edge: further digits, perhaps.
    """
    photo = photo_stages(colours, several)
    return (photo.ink, photo.left_out) if photo else (ink_on_even_paper(_levels(colours)), 0)


def photo_stages(colours: ByteArray, several: bool = False) -> PhotoStages | None:
    """Return the stages from colours `(h, w, 3)` uint8 to ink; None for a drawing or a scan."""
    levels = _levels(colours)
    least = MIN_NUMBER_SIDE if several else MIN_PHOTO_SIDE
    if min(levels.shape[:2]) < least or is_drawn(levels):
        return None
    return stages_of_photo(levels, several)


def _levels(colours: ByteArray) -> FloatArray:
    return colours.astype(np.float32) / np.float32(255)


def _too_large_error(limit: str, actual: str) -> DrawingError:
    return DrawingError(
        f"expected a picture of at most {limit}, got {actual}; scale it down and try again"
    )


def _decode(raw: bytes) -> Image.Image:
    """The first frame, upright and reduced: RGBA if it has transparency, else RGB or F."""
    if documents.is_pdf(raw):
        return _reduce_in_bands(documents.first_page(raw))
    formats = PILLOW_FORMATS
    if documents.is_heif(raw):
        documents.register_heif()
        formats = (*formats, "HEIF")
    size, picture_format = None, PICTURE_FORMATS[0]
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, which are refused below, and of unusual metadata.
            warnings.simplefilter("ignore")
            file = Image.open(io.BytesIO(raw), formats=formats)
            size = file.size
            # Pillow names a JPEG with several pictures MPO.
            named = {kind.name.upper(): kind for kind in PICTURE_FORMATS}
            picture_format = named.get(str(file.format), picture_format)
            if size[0] * size[1] <= picture_format.max_pixels:
                operation = _UPRIGHT_OPERATIONS.get(file.getexif().get(_ORIENTATION, 1))
                # The decoder of JPEG can skip pixels.
                file.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
                image = _reduce_in_bands(file)
                return image if operation is None else image.transpose(operation)
    except UnidentifiedImageError:
        raise DrawingError(
            f"expected a picture as {format_names()}, got "
            f"{len(raw):,} bytes that can't be read as any of these; save it as PNG"
        ) from None
    except Image.DecompressionBombError:
        pass
    # Pillow's parsers raise any exception for a damaged file.
    except Exception as error:
        raise DrawingError(
            f"expected a whole picture, got a damaged one ({error}); save it again"
        ) from None
    as_format = "" if picture_format.max_pixels == MAX_PIXELS else f" as {picture_format.name}"
    actual = f"{size[0]:,} × {size[1]:,} pixels" if size else "many times as many"
    raise _too_large_error(f"{picture_format.max_megapixels} megapixels{as_format}", actual)


def _reduce_in_bands(image: Image.Image) -> Image.Image:
    """The picture with at most 1,024 pixels a side, as RGBA, RGB or F, converted band by band."""
    image.load()
    width, height = image.size
    factor = math.ceil(max(width, height) / WORKING_SIDE)
    size = (math.ceil(width / factor), math.ceil(height / factor))
    reduced = None
    for top in range(0, height, BAND_ROWS * factor):
        band = image.crop((0, top, width, min(height, top + BAND_ROWS * factor)))
        if image.mode.startswith(("I", "F")):  # 16 or 32 bits, which L would clip
            band = band.convert("F")
        elif image.has_transparency_data:
            band = band.convert("RGBA")
        else:
            band = band.convert("RGB")
        reduced = reduced or Image.new(band.mode, size)
        reduced.paste(band.reduce(factor), (0, top // factor))
    assert reduced is not None  # a picture has at least one row
    return reduced


def _on_sheet(image: Image.Image, colour: str) -> ByteArray:
    sheet = Image.new("RGBA", image.size, colour)
    return np.asarray(Image.alpha_composite(sheet, image).convert("RGB"))
