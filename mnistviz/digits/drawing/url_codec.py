"""A drawing or a picture as a short text for the address of a page: links that show it.

The format of a drawing: base64url of zlib of varints: version, width, height and brush of the
canvas, then for each stroke its number of points and their steps, in half pixels. That of a
picture: base64url of zlib of its 784 bytes.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator

import numpy as np

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.strokes import MAX_BRUSH, Strokes

VERSION = 1
# Addresses beyond some 2,000 characters are cut off by mail programs and some servers.
MAX_LENGTH = 1_500
# A text of that length holds no more unless it is a zip bomb: 1,500 characters are 1,125 bytes,
# and real strokes hardly shrink.
MAX_UNPACKED = 20_000
# Far wider than any canvas of the pages.
MAX_SIDE = 2_000
STEPS_A_PIXEL = 2
# How far, in pixels, a stroke may be off the line drawn: at first nobody sees it, and a drawing too
# long for a link is made coarser as far as the digits can stand.
TOLERANCES = (0.75, 1.5, 3.0)
DAMAGED = (
    "expected a drawing in the link, got one that is damaged or cut off; "
    "ask for the link again, or draw it yourself"
)


def to_text(strokes: Strokes) -> str | None:
    """The text of a drawing, of at most 1,500 characters; None where that is not enough."""
    for tolerance in TOLERANCES:
        lines = [simplified(line, tolerance) for line in strokes.strokes]
        text = _shortened(bytes(_packed(strokes, lines)))
        if len(text) <= MAX_LENGTH:
            return text
    return None


def from_text(text: str) -> Strokes:
    """The drawing of a text that `to_text` made. Raises `DrawingError` for any other."""
    try:
        return _unpacked(_numbers(_inflated(text, MAX_UNPACKED)))
    except (ValueError, zlib.error, StopIteration):
        raise DrawingError(DAMAGED) from None


def picture_to_text(picture: FloatArray) -> str:
    """The text of a picture `(28, 28)` in [0, 1], which is kept in steps of 1/255."""
    return _shortened(np.rint(picture * 255).astype(np.uint8).tobytes())


def picture_from_text(text: str) -> FloatArray:
    """The picture `(28, 28)` float32 of a text that `picture_to_text` made.

    Raises `DrawingError` for any other.
    """
    try:
        raw = _inflated(text, IMAGE_SIZE**2)
        pixels = np.frombuffer(raw, np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
    except (ValueError, zlib.error):
        raise DrawingError(DAMAGED) from None
    return (pixels / np.float32(255)).astype(np.float32)


def simplified(line: FloatArray, tolerance: float) -> FloatArray:
    """The points of a line (n, 2) that are enough to stay within `tolerance` pixels of it.

    Douglas and Peucker 1973. Written out because scikit-image, which has it, takes a second and
    more to import, and this stands between the pen and the answer.
    """
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        way = line[last] - line[first]
        steps = line[first + 1 : last] - line[first]
        share = np.clip(steps @ way / max(float(way @ way), 1e-9), 0, 1)
        away = np.hypot(*(steps - share[:, np.newaxis] * way).T)
        if away.max() > tolerance:
            corner = first + 1 + int(np.argmax(away))
            keep[corner] = True
            open_parts += [(first, corner), (corner, last)]
    kept: FloatArray = line[keep]
    return kept


def _packed(strokes: Strokes, lines: list[FloatArray]) -> Iterator[int]:
    brush = round(strokes.brush * STEPS_A_PIXEL)
    for value in (VERSION, strokes.width, strokes.height, brush, len(lines)):
        yield from _varint(value)
    place = np.zeros(2, np.int64)
    for line in lines:
        yield from _varint(len(line))
        # Who draws beyond the edge of the canvas loses what nobody saw.
        limits = (strokes.width * STEPS_A_PIXEL, strokes.height * STEPS_A_PIXEL)
        steps = np.clip(np.rint(line * STEPS_A_PIXEL).astype(np.int64), 0, limits)
        for step in np.diff(steps, axis=0, prepend=place[np.newaxis]).ravel():
            # Zigzag: small steps in either direction are small numbers.
            yield from _varint(int(2 * step if step >= 0 else -2 * step - 1))
        place = steps[-1]


def _varint(value: int) -> Iterator[int]:
    while value >= 0x80:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value


def _shortened(raw: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode("ascii").rstrip("=")


def _inflated(text: str, most: int) -> bytes:
    if not 0 < len(text) <= MAX_LENGTH:
        raise ValueError
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError from error
    unzip = zlib.decompressobj()
    found = unzip.decompress(raw, most)
    if not unzip.eof or unzip.unused_data:
        raise ValueError
    return found


def _numbers(raw: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        shift += 7
        if shift > 28:
            raise ValueError
        if byte < 0x80:
            yield value
            value = shift = 0
    if shift:
        raise ValueError


def _unpacked(numbers: Iterator[int]) -> Strokes:
    version, width, height, brush, num_lines = [next(numbers) for _ in range(5)]
    sides = 1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE
    if version != VERSION or not sides or not 1 <= brush <= MAX_BRUSH * STEPS_A_PIXEL:
        raise ValueError
    lines = []
    x = y = 0
    # Every point takes two bytes at least, so the bytes bound all loops.
    for _ in range(num_lines):
        line = []
        length = next(numbers)
        if not length:
            raise ValueError
        for _ in range(length):
            x, y = [place + _unzigzag(next(numbers)) for place in (x, y)]
            if not (0 <= x <= width * STEPS_A_PIXEL and 0 <= y <= height * STEPS_A_PIXEL):
                raise ValueError
            line.append((x, y))
        lines.append(np.array(line, np.float32) / np.float32(STEPS_A_PIXEL))
    if next(numbers, None) is not None:
        raise ValueError
    return Strokes(width, height, brush / STEPS_A_PIXEL, tuple(lines))


def _unzigzag(value: int) -> int:
    return -(value + 1) // 2 if value % 2 else value // 2
