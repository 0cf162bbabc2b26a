"""Digits that people wrote with a pen on a tablet, bundled as strokes.

They are of the UCI data set "Pen-Based Recognition of Handwritten Digits" (Alpaydin and Alimoglu
1998, doi:10.24432/C5MG6K, CC BY 4.0). `tools/make_tablet_digits.py` made the file.
"""

import functools
import itertools
from pathlib import Path

import numpy as np

from mnistviz.core.assets import ASSETS
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes, redraw, render
from mnistviz.digits.mnist import Mnist

TABLET_DIGITS_FILE = ASSETS / "tablet_digits.npz"

CANVAS_SIDE = 280
# The side of the square in which the tablet's coordinates are.
TABLET_SIDE = 500


def read_strokes(path: Path) -> tuple[list[Strokes], ByteArray]:
    """Return the digits of a file, drawn on the canvas, and their labels `(n,)` uint8.

    The file is an npz with `xy` (points, 2), x right, y down, 0 to 500; `stroke_ptr`, the rows of
    `xy` at which strokes begin, and the end; `sample_ptr`, the strokes at which digits begin, and
    the end; `label` of each digit.
    """
    with np.load(path, allow_pickle=False) as arrays:
        points = (arrays["xy"] * (CANVAS_SIDE / TABLET_SIDE)).astype(np.float32)
        lines = np.split(points, arrays["stroke_ptr"][1:-1])
        drawings = [
            Strokes(CANVAS_SIDE, CANVAS_SIDE, CANVAS_BRUSH, tuple(lines[start:end]))
            for start, end in itertools.pairwise(arrays["sample_ptr"])
        ]
        return drawings, arrays["label"]


@functools.cache
def tablet_digits(number: int) -> tuple[ByteArray, ByteArray]:
    """Return the first `number` images `(n, 28, 28)` and labels `(n,)`, uint8, 0 = paper.

    Every prefix of the file holds all digits of all writers about equally often. The images are
    made from strokes as those of the drawing page are; the arrays are read-only.
    """
    drawings, labels = read_strokes(TABLET_DIGITS_FILE)
    images = np.stack([normalise(render(redraw(one))).image for one in drawings[:number]])
    found = (images * 255).round().astype(np.uint8), labels[:number]
    for array in found:
        array.flags.writeable = False
    return found


def with_tablet_digits(data: Mnist, spec: TrainSpec) -> Mnist:
    """Return MNIST with the tablet digits of a spec inserted after its training images."""
    if not spec.tablet_digits:
        return data
    return data.with_training_images(*tablet_digits(spec.tablet_digits), spec.num_images)
