"""Photos and scans of digits, each of other size and paper, as MNIST's images."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits.drawing import pictures, preprocessing


def as_drawings(files: Iterable[tuple[str, bytes]]) -> tuple[ByteArray, str]:
    """Images `(n, 28, 28)` uint8 of picture files, and a sentence on how they were made.

    `files` are names and contents. The ink of each picture is found and drawn with MNIST's pen; one
    of 28×28 pixels stays as it is. Raises `DataError` for a picture that can't be read.
    """
    images: list[ByteArray] = []
    num_unchanged = num_blank = 0
    for name, raw in files:
        if (pixels := _read_unchanged(raw)) is not None:
            images.append(pixels)
            num_unchanged += 1
            continue
        try:
            stages = preprocessing.normalise(pictures.read_picture(raw), to_pen=True)
        except DrawingError as error:
            raise DataError(f"{name}: {error}") from None
        images.append(np.round(stages.image * 255).astype(np.uint8))
        num_blank += stages.blank
    num_scaled = len(images) - num_unchanged
    parts = [f"{num_unchanged:,} pictures of 28×28 pixels as they are"] if num_unchanged else []
    if num_scaled:
        parts.append(f"{num_scaled:,} pictures scaled and centred the way MNIST was made")
    if num_blank:
        parts.append(f"{num_blank:,} of them blank")
    return np.stack(images), f"{'; '.join(parts)}."


def _read_unchanged(raw: bytes) -> ByteArray | None:
    """A picture of 28×28 grey pixels, white on black; None for a picture of another kind."""
    try:
        with Image.open(io.BytesIO(raw), formats=pictures.PILLOW_FORMATS) as picture:
            is_plain = picture.mode in ("1", "L", "P", "RGB") and not picture.has_transparency_data
            if picture.size != (IMAGE_SIZE, IMAGE_SIZE) or not is_plain:
                return None
            pixels = np.asarray(picture.convert("RGB").convert("L"))
    # Pillow raises any exception for a damaged file; `read_picture` describes it.
    except Exception:
        return None
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return np.uint8(255) - pixels if np.median(border) > 127 else pixels
