"""Drawings in files: pictures, and .json files of strokes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import ByteArray, FloatArray

if TYPE_CHECKING:
    from mnistviz.digits.drawing.strokes import Strokes

Result = TypeVar("Result")
# The side of the canvas on the Draw page, where the JSON of a canvas names none.
CANVAS_SIDE = 280


def read_file(
    file: Path, of_strokes: Callable[[Strokes], Result], of_picture: Callable[[ByteArray], Result]
) -> Result:
    """The result of one function, for the strokes of a .json file or the colours of a picture.

    Raises `DrawingError` with the file's name.
    """
    from mnistviz.digits.drawing import pictures

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DrawingError(
            f"{file}: expected a picture or a .json of strokes, can't be read ({error.strerror})"
        ) from None
    try:
        if file.suffix.lower() == ".json":
            return of_strokes(_strokes_of(raw))
        return of_picture(pictures.open_picture(raw))
    except DrawingError as error:
        raise DrawingError(f"{file}: {error}") from None


def _strokes_of(raw: bytes) -> Strokes:
    """The strokes in the project's own JSON or in that of a canvas, in UTF-8 or UTF-16."""
    from mnistviz.digits.drawing import fabric, strokes

    # Windows writes a byte order mark, or UTF-16.
    text = raw.decode(json.detect_encoding(raw), errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None  # the error is described below
    if not isinstance(value, dict) or "objects" not in value:
        return strokes.parse_strokes(text)
    sides = [value.get(name) or CANVAS_SIDE for name in ("width", "height")]
    for side in sides:
        if not isinstance(side, int | float) or not 1 <= side <= strokes.MAX_SIDE:
            raise DrawingError(
                f"expected a canvas of 1 to {strokes.MAX_SIDE:,} pixels a side, got {side!r:.40}; "
                "set its width and height, or leave them out"
            )
    return fabric.strokes_from_canvas(value, *map(int, sides))


def read_drawing(file: Path) -> tuple[FloatArray, bool]:
    """The `(28, 28)` image that the network reads for a file, and whether it is blank."""
    from mnistviz.digits.drawing import pictures, preprocessing, strokes

    stages = read_file(
        file,
        lambda drawn: preprocessing.normalise(strokes.render(strokes.redraw(drawn))),
        lambda colours: preprocessing.normalise(pictures.find_ink(colours), to_pen=True),
    )
    return stages.image, stages.blank


def chosen_image(number: int, file: Path | None) -> tuple[FloatArray, str]:
    """The `(28, 28)` image of a file, or else a test image, and its name in a sentence."""
    if file is not None:
        return read_drawing(file)[0], str(file)

    from mnistviz.digits.mnist import load_mnist, to_input

    return to_input(load_mnist().x_test[number]), f"test image {number}"
