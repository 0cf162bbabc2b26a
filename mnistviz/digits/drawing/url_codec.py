"""Encode a drawing or an image as short text for the URL of a page, and decode it.

A drawing is base64url of zlib of varints: version, width, height and brush of the canvas, the
number of strokes, then for each stroke the number of its points and their zigzag-coded differences.
The brush and the differences are in half pixels. An image is base64url of zlib of its 784 bytes.
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
# Mail programs and some servers truncate URLs of more than about 2,000 characters.
MAX_LENGTH = 1_500
# 1,500 characters are 1,125 bytes, and zlib hardly compresses strokes: only a bomb is larger.
MAX_DECOMPRESSED_BYTES = 20_000
# Much wider than any canvas of the pages.
MAX_SIDE = 2_000
STEPS_PER_PIXEL = 2
# Tolerances of simplification, in pixels. The first is not visible; the others, for drawings too
# long for a link, still leave the digits readable.
TOLERANCES = (0.75, 1.5, 3.0)
DAMAGED = (
    "expected a drawing in the link, got one that is damaged or cut off; "
    "ask for the link again, or draw it yourself"
)


def to_text(strokes: Strokes) -> str | None:
    """Return the text of a drawing, or None if it needs more than 1,500 characters."""
    for tolerance in TOLERANCES:
        lines = [simplify(line, tolerance) for line in strokes.strokes]
        text = _compress(bytes(_encode(strokes, lines)))
        if len(text) <= MAX_LENGTH:
            return text
    return None


def from_text(text: str) -> Strokes:
    """Return the drawing of a text by `to_text`. Raises `DrawingError` for other text."""
    try:
        return _decode(_read_varints(_decompress(text, MAX_DECOMPRESSED_BYTES)))
    except (ValueError, zlib.error, StopIteration):
        raise DrawingError(DAMAGED) from None


def picture_to_text(picture: FloatArray) -> str:
    """Return the text of an image `(28, 28)` in [0, 1], rounded to steps of 1/255."""
    return _compress(np.rint(picture * 255).astype(np.uint8).tobytes())


def picture_from_text(text: str) -> FloatArray:
    """Return the image `(28, 28)` float32 of a text by `picture_to_text`.

    Raises `DrawingError` for other text.
    """
    try:
        raw = _decompress(text, IMAGE_SIZE**2)
        pixels = np.frombuffer(raw, np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
    except (ValueError, zlib.error):
        raise DrawingError(DAMAGED) from None
    return (pixels / np.float32(255)).astype(np.float32)


def simplify(line: FloatArray, tolerance: float) -> FloatArray:
    """Return the points of a line `(n, 2)` that approximate it within `tolerance` pixels.

    Douglas and Peucker 1973. Not scikit-image's implementation, because its import takes more than
    a second, which would delay the answer to a drawing.
    """
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        chord = line[last] - line[first]
        steps = line[first + 1 : last] - line[first]
        share = np.clip(steps @ chord / max(float(chord @ chord), 1e-9), 0, 1)
        distances = np.hypot(*(steps - share[:, np.newaxis] * chord).T)
        if distances.max() > tolerance:
            corner = first + 1 + int(np.argmax(distances))
            keep[corner] = True
            open_parts += [(first, corner), (corner, last)]
    points: FloatArray = line[keep]
    return points


def _encode(strokes: Strokes, lines: list[FloatArray]) -> Iterator[int]:
    brush = round(strokes.brush * STEPS_PER_PIXEL)
    for value in (VERSION, strokes.width, strokes.height, brush, len(lines)):
        yield from _varint(value)
    last = np.zeros(2, np.int64)
    for line in lines:
        yield from _varint(len(line))
        # Parts outside the canvas are not visible.
        limits = (strokes.width * STEPS_PER_PIXEL, strokes.height * STEPS_PER_PIXEL)
        steps = np.clip(np.rint(line * STEPS_PER_PIXEL).astype(np.int64), 0, limits)
        for step in np.diff(steps, axis=0, prepend=last[np.newaxis]).ravel():
            # Zigzag: small differences of either sign become small numbers.
            yield from _varint(int(2 * step if step >= 0 else -2 * step - 1))
        last = steps[-1]


def _varint(value: int) -> Iterator[int]:
    while value >= 0x80:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value


def _compress(raw: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode("ascii").rstrip("=")


def _decompress(text: str, max_bytes: int) -> bytes:
    if not 0 < len(text) <= MAX_LENGTH:
        raise ValueError
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError from error
    decompressor = zlib.decompressobj()
    content = decompressor.decompress(raw, max_bytes)
    if not decompressor.eof or decompressor.unused_data:
        raise ValueError
    return content


def _read_varints(raw: bytes) -> Iterator[int]:
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


def _decode(numbers: Iterator[int]) -> Strokes:
    version, width, height, brush, num_lines = [next(numbers) for _ in range(5)]
    sides = 1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE
    if version != VERSION or not sides or not 1 <= brush <= MAX_BRUSH * STEPS_PER_PIXEL:
        raise ValueError
    lines = []
    x = y = 0
    # Each point has at least two bytes, so the loops are bounded by the number of bytes.
    for _ in range(num_lines):
        line = []
        length = next(numbers)
        if not length:
            raise ValueError
        for _ in range(length):
            x, y = [last + _unzigzag(next(numbers)) for last in (x, y)]
            if not (0 <= x <= width * STEPS_PER_PIXEL and 0 <= y <= height * STEPS_PER_PIXEL):
                raise ValueError
            line.append((x, y))
        lines.append(np.array(line, np.float32) / np.float32(STEPS_PER_PIXEL))
    if next(numbers, None) is not None:
        raise ValueError
    return Strokes(width, height, brush / STEPS_PER_PIXEL, tuple(lines))


def _unzigzag(value: int) -> int:
    return -(value + 1) // 2 if value % 2 else value // 2
