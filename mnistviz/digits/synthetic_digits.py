"""Synthetic pen digits, including shapes that are rare in MNIST. NumPy only.

MNIST's writers were Americans. In other countries a 1 starts with a long upstroke, which a network
trained on MNIST alone reads as a 7, and a 7 has a crossbar. Each shape is a few strokes that are
distorted at random and preprocessed like every drawing. No person's handwriting was copied.
"""

import functools
import threading
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator, Philox

from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import ByteArray, DoubleArray, FloatArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes, redraw, render
from mnistviz.digits.mnist import Mnist

Points = DoubleArray

CANVAS_SIDE = 280
DIGIT_SIDE = 200
# Second word of the Philox key; the first is the seed of the run.
_PHILOX_STREAM = 0x70656E
# Held while digits are drawn: who needs the same ones meanwhile waits for them.
_drawing = threading.Lock()

# The shapes of each digit: strokes separated by '/', points by ' '; (x, y) from 0 to 9 each.
SHAPES = (
    ("50 20 03 06 29 59 86 83 50", "60 30 04 07 39 69 85 82 40", "40 10 04 19 49 64 40",
     "45 20 04 07 29 59 77 72 50 31"),
    ("40 49", "50 39", "22 40 49", "03 40 49", "04 60 69", "06 50 49", "15 70 69", "07 70 69",
     "08 60 59", "04 30 39", "04 42 60 29", "04 31 50 29", "05 24 60 39", "22 30 49",
     "03 40 49/09 89", "05 50 59/19 99"),
    ("02 20 60 72 55 09 79", "02 20 60 73 38 08 06 37 69 89", "03 10 40 63 45 09 69",
     "01 30 62 54 08 28 69 98"),
    ("00 70 34 64 77 59 29 07", "02 20 60 72 44 34 44 75 77 59 19 07", "01 40 62 34 65 67 39 08",
     "00 60 34 66 58 29 08"),
    ("40 05 85/62 69", "30 05 65/43 49", "30 06 55/43 49", "30 06 66/64 49", "30 06 45 64/64 59",
     "40 07 67/54 69", "60 05 75/54 59", "59 50 05 85", "00 05 75/63 69", "10 05 75/60 69",
     "00 04 64/50 59", "11 04 25 64/60 59"),
    ("20 14 53 75 68 28 07/20 80", "10 04 44 65 58 28 08/10 60", "80 20 14 54 76 68 29 07",
     "70 10 04 44 66 58 29 08"),
    ("60 22 06 28 58 76 54 24 06", "70 30 06 19 49 67 54 05", "40 05 18 48 66 44 15",
     "30 04 07 29 57 55 26 07"),
    ("00 70 64 49", "00 70 29", "02 00 70 39", "00 80 39/24 64", "00 80 39/26 75", "00 80 59/35 75",
     "00 60 49/25 65", "01 00 80 49/15 75", "02 10 80 44 39/24 74", "02 10 70 39/16 46 75",
     "03 10 50 62 39/15 75"),
    ("70 30 02 35 67 59 29 07 34 62 70", "44 11 40 71 44 07 49 77 44",
     "60 20 02 34 66 58 29 07 25 62 50", "34 02 20 52 34 07 29 67 34",
     "80 40 22 44 57 39 17 34 62 80"),
    ("72 41 12 24 54 72 69", "61 20 04 15 63/71 69", "60 30 03 25 62/60 69",
     "62 30 13 35 62 66 49 19", "61 30 02 14 44 61 49", "51 20 03 24 52 59 29 08",
     "60 20 03 15 53 60 58", "60 31 23 42 61 70 19", "70 41 32 52 71 44 09",
     "60 31 33 62 61 67 39 08", "50 20 13 43 61 66 39 07", "80 51 42 71 55 09"),
)  # fmt: skip


def pen_digits(number: int, seed: int) -> tuple[ByteArray, ByteArray]:
    """Return `number` images `(n, 28, 28)` and labels `(n,)`, uint8, balanced over the digits.

    The last ones are kept, read-only, as 6,000 take some 8 s. Threads share them.
    """
    with _drawing:
        return _drawn_pen_digits(number, seed)


@functools.lru_cache(maxsize=1)
def _drawn_pen_digits(number: int, seed: int) -> tuple[ByteArray, ByteArray]:
    generator = Generator(Philox(key=[seed, _PHILOX_STREAM]))
    labels = np.arange(number) % NUM_CLASSES
    images = [distorted_image(str(generator.choice(SHAPES[label])), generator) for label in labels]
    levels = np.array(images, np.float32).reshape(-1, IMAGE_SIZE, IMAGE_SIZE) * 255
    drawn = levels.round().astype(np.uint8), labels.astype(np.uint8)
    for array in drawn:
        array.flags.writeable = False
    return drawn


def with_pen_digits(data: Mnist, spec: TrainSpec) -> Mnist:
    """Return MNIST with the pen digits of a spec inserted after its training images."""
    if not spec.pen_digits:
        return data
    return data.with_training_images(*pen_digits(spec.pen_digits, spec.seed), spec.num_images)


def distorted_image(shape: str, generator: Generator) -> FloatArray:
    """Return an image `(28, 28)` float32 in [0, 1] of a shape, distorted at random."""
    lines = parse_shape(shape)
    points = distort(np.concatenate(lines), generator)
    parts = np.split(points, np.cumsum([len(line) for line in lines])[:-1])
    rounds = int(generator.integers(0, 3))
    return render_lines([smooth(part, rounds) for part in parts])


def parse_shape(text: str) -> list[Points]:
    """Return the strokes of a shape, `(n, 2)` each, 0 to 9."""
    return [
        np.array([[int(digit) for digit in point] for point in line.split()], np.float64)
        for line in text.split("/")
    ]


def distort(points: Points, generator: Generator) -> Points:
    """Return points with noise, rotated, sheared, stretched, and centred on the canvas."""
    points = points - points.mean(axis=0) + generator.normal(0, 0.35, points.shape)
    angle, shear = generator.normal(0, 0.12), generator.normal(0.1, 0.2)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.array([[np.exp(generator.normal(-0.1, 0.2)), -shear], [0, 1]])
    return centre_on_canvas(points @ (rotation @ stretch).T)


def centre_on_canvas(points: Points) -> Points:
    """Return points scaled to 200 pixels and moved to the centre of the canvas."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = DIGIT_SIDE / max(float((high - low).max()), 1e-9)
    centred: Points = (points - (low + high) / 2) * scale + CANVAS_SIDE / 2
    return centred


def smooth(line: Points, rounds: int) -> Points:
    """Return a line with its corners cut (Chaikin 1974)."""
    for _ in range(rounds if len(line) > 2 else 0):
        first, second = line[:-1], line[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1)
        line = np.concatenate([line[:1], cut.reshape(-1, 2), line[-1:]])
    return line


def render_lines(lines: Sequence[Points]) -> FloatArray:
    """Return the input of the network, `(28, 28)` float32 in [0, 1], for lines on the canvas."""
    strokes = tuple(line.astype(np.float32) for line in lines)
    drawing = Strokes(CANVAS_SIDE, CANVAS_SIDE, CANVAS_BRUSH, strokes)
    return normalise(render(redraw(drawing))).image
