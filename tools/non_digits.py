"""Synthetic images that are not digits, to train and measure the digit detector.

Each kind is a function of a random generator that returns one image `(28, 28)` float32,
preprocessed as drawings are: lines as strokes, everything else as pictures.
"""

import string
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.synthetic_digits import (
    CANVAS_SIDE,
    centre_on_canvas,
    distort,
    distorted_image,
    parse_shape,
    render_lines,
    smooth,
)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Maker = Callable[[Generator], FloatArray]

FONT_SIZE = 160

# Letters that many people write like a digit; scaled to one size, small ones look like large ones.
# They are reported separately from the other non-digits.
LOOK_ALIKES = "IlOoSsZzBbgq"
LETTERS = "".join(letter for letter in string.ascii_letters if letter not in LOOK_ALIKES)

# Handwritten letters: strokes separated by '/', points by ' ', (x, y) from 0 to 9 each.
_LETTERS = {
    "A": "09 40 89/26 66", "C": "82 50 20 02 07 29 59 87", "D": "00 09/00 40 82 87 49 09",
    "E": "70 00 09 79/05 65", "F": "70 00 09/04 64", "G": "82 50 20 02 07 29 59 87 85 55",
    "H": "00 09/80 89/05 85", "J": "60 67 49 29 07/30 90", "K": "00 09/70 05 79",
    "L": "00 09 69", "M": "09 10 46 70 89", "N": "09 00 79 70", "P": "00 09/00 50 72 74 55 05",
    "Q": "50 20 02 07 29 59 87 82 50/57 99", "R": "00 09/00 50 72 74 55 05/45 79",
    "T": "00 80/40 49", "U": "00 06 29 59 76 70", "V": "00 49 80", "W": "00 29 43 69 80",
    "X": "00 79/70 09", "Y": "00 45 80/45 49", "a": "73 52 23 06 28 58 75/72 77 99",
    "c": "73 52 23 06 28 58 77", "d": "74 52 23 06 28 58 76/70 79",
    "e": "06 75 73 52 23 06 28 58 77", "f": "71 50 42 49/24 64", "h": "00 09/05 33 53 65 69",
    "i": "33 39/31 30", "j": "53 58 39 18/51 50", "k": "00 09/63 06 69",
    "m": "03 09/05 23 35 39/35 53 65 69", "n": "03 09/05 33 53 65 69",
    "p": "03 09/04 33 54 56 37 06", "r": "03 09/05 23 43", "t": "40 47 59 78/13 73",
    "u": "03 07 29 49 67 63/63 69", "v": "03 39 63", "w": "03 19 35 59 73", "x": "03 69/63 09",
    "y": "03 36 63/63 29", "ä": "73 52 23 06 28 58 75/72 79/30 31/50 51",
    "ß": "09 02 20 50 63 44 66 59 39", "π": "03 83/23 19/63 69", "Σ": "80 00 45 09 89",
}  # fmt: skip

_SHAPES = {
    "triangle": "09 40 89 09", "square": "00 90 99 09 00", "oblong": "02 92 97 07 02",
    "cross": "40 49/04 84", "star": "29 40 69 03 83 29", "arrow": "04 94/61 94 67",
    "down": "40 49/26 49 66", "tick": "05 39 90", "house": "09 04 40 84 89 09",
    "diamond": "40 84 49 04 40", "heart": "49 04 11 31 43 51 71 84 49", "lying": "05 95",
    "equals": "03 93/06 96", "plus": "40 48/04 84", "fence": "00 09/40 49/80 89",
    "hash": "20 29/60 69/03 83/06 86", "stairs": "09 06 36 33 63 60 90",
    "bolt": "50 05 55 19", "hourglass": "00 80 09 89 00", "smile": "20 21/60 61/05 28 58 85",
    "wave": "05 13 35 57 73 95", "tent": "09 40 89", "bow": "00 09 80 89 00",
    "question": "12 20 60 72 44 46/48 49", "at": "66 43 26 47 66 70 20 02 07 29 79",
    "infinity": "45 22 04 06 28 45 72 94 96 78 45", "six-star": "40 49/02 87/82 07",
}  # fmt: skip


def make(kinds: Sequence[str], each: int, seed: int = 0) -> dict[str, FloatArray]:
    """Return `each` images of each kind: (each, 28, 28) float32 in [0, 1], fixed by the seed."""
    made = {}
    for number, kind in enumerate(KINDS):
        if kind in kinds:
            generator = np.random.default_rng([seed, number])
            made[kind] = np.stack([_with_ink(KINDS[kind], generator) for _ in range(each)])
    return made


def _with_ink(maker: Maker, generator: Generator) -> FloatArray:
    while True:
        if (image := maker(generator)).any():
            return image


# ---------------------------------------------------------------- by pen


def hand_letter(generator: Generator, letters: Sequence[str] = tuple(_LETTERS)) -> FloatArray:
    """Return a handwritten letter."""
    return distorted_image(_LETTERS[str(generator.choice(list(letters)))], generator)


def shape(generator: Generator) -> FloatArray:
    """Return a shape in strokes, such as a triangle, an arrow or a heart; some are filled."""
    name = str(generator.choice(list(_SHAPES)))
    first, *others = parse_shape(_SHAPES[name])
    closed = not others and len(first) > 3 and (first[0] == first[-1]).all()
    if closed and generator.random() < 0.4:
        line = distort(first, generator)
        sheet = Image.new("L", (CANVAS_SIDE, CANVAS_SIDE))
        ImageDraw.Draw(sheet).polygon([(float(x), float(y)) for x, y in line], fill=255, width=9)
        return _seen(np.asarray(sheet))
    return distorted_image(_SHAPES[name], generator)


def scribble(generator: Generator) -> FloatArray:
    """Return a random line: smooth or jagged, short or long."""
    turns = int(generator.integers(8, 40))
    points = generator.normal(0, 1, (turns, 2))
    if generator.random() < 0.5:
        points = np.cumsum(points, axis=0)
    if generator.random() < 0.3:
        # Back and forth, as a word is crossed out.
        points[:, 0] = np.arange(turns) % 2 * 4 + generator.normal(0, 0.4, turns)
        points[:, 1] = np.linspace(0, generator.uniform(1, 6), turns)
    line = smooth(points, int(generator.integers(0, 3)))
    return render_lines([centre_on_canvas(line)])


def stray_strokes(generator: Generator) -> FloatArray:
    """Return two to four unrelated strokes, straight or curved."""
    lines = []
    for _ in range(int(generator.integers(2, 5))):
        points = generator.uniform(40, 240, (int(generator.integers(2, 5)), 2))
        lines.append(smooth(points, int(generator.choice([0, 3]))))
    return render_lines(lines)


def dots(generator: Generator) -> FloatArray:
    """Return one to six dots."""
    count = int(generator.choice([1, 1, 2, 3, 4, 6]))
    return render_lines(list(generator.uniform(40, 240, (count, 1, 2))))


# ---------------------------------------------------------------- as pictures


def typed_letter(
    generator: Generator, fonts: Sequence[Font] | None = None, letters: Sequence[str] = LETTERS
) -> FloatArray:
    """Return a letter of Pillow's font or of others, with random rotation, slant and weight."""
    font = _font() if fonts is None else fonts[int(generator.integers(len(fonts)))]
    letter = str(generator.choice(list(letters)))
    sheet = Image.new("L", (CANVAS_SIDE, CANVAS_SIDE))
    bold = int(generator.integers(0, 9))
    ImageDraw.Draw(sheet).text(
        (CANVAS_SIDE / 2, CANVAS_SIDE / 2),
        letter,
        fill=255,
        font=font,
        anchor="mm",
        stroke_width=bold,
    )
    lean = float(generator.normal(0, 0.12))
    leant = sheet.transform(
        sheet.size, Image.Transform.AFFINE, (1, lean, -lean * CANVAS_SIDE / 2, 0, 1, 0)
    )
    return _seen(np.asarray(leant.rotate(float(generator.normal(0, 6)))))


def noise(generator: Generator) -> FloatArray:
    """Return noise: fine or coarse, sparse or dense."""
    side = int(generator.integers(10, 57))
    grain = gaussian_filter(generator.random((side, side)), float(generator.choice([0, 0.7, 1.5])))
    least = np.quantile(grain, generator.uniform(0, 0.9))
    return _seen(np.clip((grain - least) / (grain.max() - least), 0, 1) * 255)


def texture(generator: Generator) -> FloatArray:
    """Return stripes, checks, rings or a gradient, like a wall or cloth."""
    y, x = np.mgrid[0:56, 0:56] / 56
    angle, waves = generator.uniform(0, np.pi), generator.uniform(1, 8)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    shift = generator.uniform(0, 2 * np.pi, 2)
    along, across = (2 * np.pi * waves * way for way in (along, across))
    waved = [
        np.sin(along + shift[0]),
        np.sin(along + shift[0]) * np.sin(across + shift[1]),
        np.sin(2 * np.pi * waves * np.hypot(x - generator.random(), y - generator.random())),
        2 * (along - along.min()) / np.ptp(along) - 1,
    ][int(generator.integers(4))]
    sharp = generator.choice([0.5, 1, 8])
    return _seen(255 / (1 + np.exp(-sharp * 4 * (waved - generator.uniform(-0.5, 0.5)))))


def two_digits(generator: Generator) -> FloatArray:
    """Return two training digits side by side, close or touching."""
    data = load_mnist()
    left, right = (_cut(image) for image in data.x_train[generator.integers(0, 50_000, 2)])
    gap = int(generator.integers(-2, 7))
    width = left.shape[1] + right.shape[1] + gap
    sheet = np.zeros((IMAGE_SIZE + 8, max(width, left.shape[1], right.shape[1])), np.uint8)
    for digit, start in ((left, 0), (right, left.shape[1] + gap)):
        top = 4 + int(generator.integers(-2, 3))
        part = sheet[top : top + digit.shape[0], start : start + digit.shape[1]]
        np.maximum(part, digit, out=part)
    return _seen(sheet)


def chimera(generator: Generator) -> FloatArray:
    """Return modified training digits: superimposed, mirrored, rotated or shuffled.

    They are as close to digits as non-digits can be, for outlier exposure (Hendrycks, Mazeika and
    Dietterich 2019).
    """
    data = load_mnist()
    first, second = generator.choice(30_000, 2)
    # Digits that are no digits when rotated by 90 degrees.
    while data.y_train[first] not in (2, 3, 4, 5, 7) or (
        data.y_train[second] == data.y_train[first]
    ):
        first, second = generator.choice(30_000, 2)
    one, other = data.x_train[first], data.x_train[second]
    match int(generator.integers(3)):
        case 0:
            mixed = np.maximum(one, np.roll(other, generator.integers(-5, 6, 2), (0, 1)))
        case 1:
            # A mirrored 2 looks like a 5, and a mirrored 5 like a 2.
            mirrored = data.y_train[first] in (3, 4, 7) and generator.random() < 0.5
            mixed = one[:, ::-1] if mirrored else np.rot90(one, int(generator.choice([1, 3])))
        case _:
            side = int(generator.choice([4, 7, 14]))
            blocks = one.reshape(28 // side, side, 28 // side, side).swapaxes(1, 2)
            blocks = generator.permutation(blocks.reshape(-1, side, side))
            shape = (28 // side, 28 // side, side, side)
            mixed = blocks.reshape(shape).swapaxes(1, 2).reshape(28, 28)
    return _seen(mixed)


def _cut(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image `(28, 28)` without the empty columns at its sides."""
    columns = np.flatnonzero(image.any(axis=0))
    return image[:, columns[0] : columns[-1] + 1]


def _font() -> Font:
    return ImageFont.load_default(FONT_SIZE)


def _seen(levels: NDArray[np.floating] | NDArray[np.uint8]) -> FloatArray:
    return normalise(to_input(levels.astype(np.uint8))).image


KINDS: Mapping[str, Maker] = {
    "typed letters": typed_letter,
    "written letters": hand_letter,
    "shapes": shape,
    "scribble": scribble,
    "noise": noise,
    "textures": texture,
    "two digits": two_digits,
    "dots": dots,
    "stray strokes": stray_strokes,
    "chimeras": chimera,
}
