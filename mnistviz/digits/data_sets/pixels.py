"""Images of any size and range as 28×28 grey pixels, ink light on dark, upright."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DataError
from mnistviz.core.types.arrays import BoolArray, ByteArray, FloatArray, IntArray
from mnistviz.digits.data_sets.formats.raw import Block, Images
from mnistviz.digits.data_sets.limits import MAX_SIDE
from mnistviz.digits.drawing import preprocessing

# How an image becomes 28×28: plainly resized with its proportions, or fitted and centred as MNIST.
Fit = Literal["resize", "centre"]

# The ITU-R 601 weights of red, green and blue, which Pillow uses, too.
_GREY = np.array([0.299, 0.587, 0.114], np.float32)
# On inverted images, the paper at the border is about white.
_LIGHT = 160
# Of the classes with a character as their name, so many must look more like it than like the
# others, and so many more in one orientation than in the other.
_MIN_LETTERS, _MIN_RECOGNISED, _MIN_MARGIN = 5, 0.4, 0.2


@dataclass(frozen=True)
class Range:
    """The range of pixels: paper or black is `low`, ink or white `high`. `text` is for people."""

    low: float
    high: float
    text: str

    def to_bytes(self, pixels: NDArray[Any], name: str) -> ByteArray:
        """Pixels of the range as uint8. Raises `DataError` for those outside."""
        if pixels.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return pixels
        least, most = pixels.min(initial=self.low), pixels.max(initial=self.low)
        slack = 0.01 * (self.high - self.low)
        if least < self.low - slack or most > self.high + slack:
            raise DataError(
                f"{name}: expected pixels {self.text} as in the first images, got {least:g} to "
                f"{most:g} in others; scale all alike"
            )
        scaled = (pixels.astype(np.float32) - self.low) * (255 / (self.high - self.low))
        return np.round(scaled.clip(0, 255)).astype(np.uint8)


_RANGES = (
    Range(0, 1, "from 0 to 1"),
    Range(0, 16, "from 0 to 16"),
    Range(0, 255, "from 0 to 255"),
    Range(-1, 1, "from -1 to 1"),
)


def range_of(pixels: NDArray[Any], name: str) -> Range:
    """The range that pixels are in. Raises `DataError` for none of the usual ones."""
    if pixels.dtype == bool:
        return _RANGES[0]
    least, most = pixels.min(initial=0), pixels.max(initial=0)
    if least == most == 0:
        return _RANGES[2]
    for found in _RANGES:
        if found.low <= least and most <= found.high:
            return found
    raise DataError(
        f"{name}: expected pixels from 0 to 255, 0 to 1 or -1 to 1, got {least:g} to {most:g}; "
        "scale them (where a mean was subtracted, add it again)"
    )


def to_28(
    images: Images, chosen: IntArray, name: str, fit: Fit = "resize", *, inverted: bool = False
) -> tuple[ByteArray, BoolArray]:
    """The chosen images as `(n, 28, 28)` uint8, and which of them could be read `(n,)`.

    `fit` and `inverted`, dark on light, matter together: fitting needs to know what is ink.
    Raises `DataError` for shapes and ranges that are none of an image.
    """
    size = (IMAGE_SIZE, IMAGE_SIZE)
    result = np.zeros((len(chosen), *size), np.uint8)
    readable = np.ones(len(chosen), bool)
    found: Range | None = None
    place = 0
    for block in images.blocks(chosen):
        for piece in _arrays(block, name):
            count = len(piece)
            if piece.dtype.kind == "f":
                finite = np.isfinite(piece).all(axis=tuple(range(1, piece.ndim)))
                readable[place : place + count] = finite
                piece = np.where(finite.reshape(-1, *[1] * (piece.ndim - 1)), piece, 0)
            readable[place : place + count] &= piece.shape[1] > 0
            if piece.shape[1]:
                found = found or range_of(piece, name)
                pixels = found.to_bytes(_grey(piece), name)
                if fit == "centre":
                    result[place : place + count] = _centred(pixels, inverted=inverted)
                else:
                    result[place : place + count] = _resized(pixels)
            place += count
    return result, readable


def _arrays(block: Block, name: str) -> Iterator[NDArray[Any]]:
    """Arrays (k, height, width) or (k, height, width, 3 or 4) of a block."""
    if not isinstance(block, np.ndarray):
        for one in block:
            yield from _arrays(one[np.newaxis], name)
        return
    shape = block.shape[1:]
    if len(shape) == 1:
        side = int(np.sqrt(shape[0]))
        if side**2 == shape[0]:
            shape = (side, side)
    if len(shape) == 3 and shape[0] in (1, 3) and shape[2] not in (1, 3, 4):
        block, shape = np.moveaxis(block, 1, 3), (*shape[1:], shape[0])
    if len(shape) == 3 and shape[2] == 1:
        shape = shape[:2]
    is_image = len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4))
    if not is_image or max(shape[:2]) > MAX_SIDE or (block.size and 0 in shape):
        raise DataError(
            f"{name}: expected images with rows, columns and at most 4 colours, got shape "
            f"{block.shape}; reshape them to (n, 28, 28)"
        )
    yield block.reshape(len(block), *shape)


def _grey(images: NDArray[Any]) -> NDArray[Any]:
    """Images with colours as grey ones; an alpha channel is left out."""
    return images if images.ndim == 3 else images[..., :3].astype(np.float32) @ _GREY


def _resized(images: ByteArray) -> ByteArray:
    """Images `(k, h, w)` at 28×28 with their proportions; the rest is their paper."""
    if images.shape[1:] == (IMAGE_SIZE, IMAGE_SIZE):
        return images
    height, width = images.shape[1:]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    result = np.empty((len(images), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for index, image in enumerate(images):
        square = np.full((side, side), _paper(image), np.uint8)
        square[top : top + height, left : left + width] = image
        small = Image.fromarray(square).resize((IMAGE_SIZE, IMAGE_SIZE), _resampling(side))
        result[index] = np.asarray(small)
    return result


def _resampling(side: int) -> Image.Resampling:
    return Image.Resampling.BOX if side >= 2 * IMAGE_SIZE else Image.Resampling.BICUBIC


def _paper(image: ByteArray) -> int:
    """The value of the paper: the median of the border."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return int(np.median(border))


def _centred(images: ByteArray, *, inverted: bool) -> ByteArray:
    """Images `(k, h, w)` fitted to 20 pixels and centred by their mass, as MNIST was made.

    Inverted ones come back inverted, so that they are turned over with all others.
    """
    result = np.empty((len(images), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for index, image in enumerate(images):
        ink = (255 - image if inverted else image).astype(np.float32) / 255
        fitted = np.round(preprocessing.normalise(ink).image * 255).astype(np.uint8)
        result[index] = 255 - fitted if inverted else fitted
    return result


# ---------------------------------------------------------------- what is noticed


def is_inverted(images: ByteArray) -> bool:
    """Whether images `(n, 28, 28)` are dark on light: the border is light, the rest darker."""
    border = np.concatenate(
        [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=None
    )
    return bool(len(border) and np.median(border) > _LIGHT and border.mean() > images.mean() + 5)


def is_transposed(images: ByteArray, labels: IntArray, names: Sequence[str]) -> bool | None:
    """Whether rows and columns of images `(n, 28, 28)` are exchanged; None where it can't be seen.

    The mean image of each class whose name is one digit or letter is compared with printed ones.
    The images are light on dark.
    """
    classes = [
        number
        for number, name in enumerate(names)
        if len(name) == 1 and name.isascii() and name.isalnum() and (labels == number).any()
    ]
    if len(classes) < _MIN_LETTERS:
        return None
    means = np.stack([images[labels == number].mean(axis=0) for number in classes])
    printed = [_printed(names[number]) for number in classes]
    upright, turned = (
        _recognised(each, printed) / len(classes) for each in (means, means.transpose(0, 2, 1))
    )
    if max(upright, turned) < _MIN_RECOGNISED or abs(upright - turned) < _MIN_MARGIN:
        return None
    return turned > upright


def _recognised(means: NDArray[np.floating], printed: Sequence[FloatArray]) -> int:
    """The number of mean images that look most like the printed character of their class."""
    vectors = _standardised(means.reshape(len(means), -1))
    likeness = np.stack(
        [(_standardised(one.reshape(len(one), -1)) @ vectors.T).max(axis=0) for one in printed]
    )
    return int((likeness.argmax(axis=0) == np.arange(len(means))).sum())


def _standardised(rows: NDArray[Any]) -> NDArray[np.float64]:
    centred = rows - rows.mean(axis=1, keepdims=True)
    unit: NDArray[np.float64] = centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9)
    return unit


@cache
def _printed(character: str) -> FloatArray:
    """The character and, of a letter, its other case, printed and blurred, (1 or 2, 28, 28)."""
    font = ImageFont.load_default(80)
    pictures = []
    for text in dict.fromkeys((character.upper(), character.lower())):
        sheet = Image.new("L", (160, 160))
        ImageDraw.Draw(sheet).text((40, 20), text, 255, font, stroke_width=4)
        ink = np.asarray(sheet, np.float32) / np.float32(255)
        image = Image.fromarray(preprocessing.normalise(ink).image)
        small = image.resize((9, 9), Image.Resampling.BOX).resize(
            (28, 28), Image.Resampling.BICUBIC
        )
        pictures.append(np.asarray(small))
    return np.stack(pictures)
