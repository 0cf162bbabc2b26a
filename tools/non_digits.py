"""Synthetic images that are not digits, to train and measure the digit detector.

Each kind is a function of a random generator that returns one image `(28, 28)` float32,
preprocessed as drawings are: lines as strokes, everything else as pictures.
"""

import functools
import string
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import affine_transform, gaussian_filter

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import BoolArray, FloatArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.synthetic_digits import (
    CANVAS_SIDE,
    Points,
    centre_on_canvas,
    distort,
    distorted_image,
    parse_shape,
    render_lines,
    smooth,
)
from tools import handwriting_glyphs, stroke_shapes
from tools.non_digit_drawings import Drawing
from tools.stroke_shapes import CHARACTERS

Item = TypeVar("Item")
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Maker = Callable[[Generator], FloatArray]

FONT_SIZE = 160

# Stroke fonts (A. V. Hershey 1967, "Calligraphy for computers"), and what is drawn of them.
STROKE_FONTS = (
    *("futural", "rowmans", "scripts", "scriptc", "cursive", "timesr", "timesi", "timesg"),
    *("greek", "greeks", "gothgbt", "gothiceng", "gothicger", "gothitt"),
)
# The share of drawings that is cut short.
CUT_SHORT = 0.25


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


def drawn(
    lines: Drawing, generator: Generator, strength: float = 1, *, cut: bool = False
) -> FloatArray:
    """Return the image of lines as another person would draw them: turned, leant, stretched.

    With `cut`, one in four is cut short: only the first 40 to 95 % of its points are drawn.
    """
    points = [line.astype(np.float64) for line in lines]
    if cut and strength and generator.random() < CUT_SHORT:
        points = _start(points, generator.uniform(0.4, 0.95))
    return _distorted(points, generator, strength)


def _start(lines: Sequence[Points], share: float) -> list[Points]:
    """Return the first share of the points of lines."""
    left = max(2, round(sum(map(len, lines)) * share))
    found = []
    for line in lines:
        found.append(line[:left])
        left -= len(line)
        if left <= 0:
            break
    return found


def _distorted(lines: Sequence[Points], generator: Generator, strength: float = 1) -> FloatArray:
    """Return the image of lines turned, leant and stretched at random."""
    angle, lean, size = generator.normal(0, 1, 3) * (0.2, 0.15, 0.25) * strength
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.array([[np.exp(size), lean], [0, 1]])
    points = centre_on_canvas(np.concatenate(lines) @ (turn @ stretch).T)
    return render_lines(np.split(points, np.cumsum([len(line) for line in lines])[:-1]))


def _chosen(items: Sequence[Item], generator: Generator) -> Item:
    return items[int(generator.integers(len(items)))]


def handwritten_font_letter(generator: Generator) -> FloatArray:
    """Return a letter or a sign of a handwriting font."""
    return glyph(generator, _letter_glyphs())


@functools.cache
def _letter_glyphs() -> list[BoolArray]:
    inks, characters = handwriting_glyphs.read()
    return list(inks[~np.isin(characters, list(string.digits))])


def glyph(generator: Generator, glyphs: Sequence[BoolArray]) -> FloatArray:
    """Return one of glyphs `(96, 96)`, turned, leant and stretched at random."""
    ink = _chosen(glyphs, generator).astype(np.float32)
    angle, lean, size = generator.normal(0, 1, 3) * (0.12, 0.2, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1, 0], [lean, np.exp(size)]])
    middle = np.full(2, (len(ink) - 1) / 2)
    return normalise(
        affine_transform(ink, matrix, middle - matrix @ middle, order=1), to_pen=True
    ).image


def rare_digit(generator: Generator, digit: int) -> FloatArray:
    """Return a digit as few people write it, such as a crossed zero."""
    return distorted_image(_one_way(stroke_shapes.DIGITS, generator, str(digit)), generator)


def hand_letter(generator: Generator) -> FloatArray:
    """Return a handwritten letter."""
    return distorted_image(_one_way(stroke_shapes.LETTERS, generator), generator)


def sign(generator: Generator) -> FloatArray:
    """Return a sign in strokes, such as a bracket, a percent sign or a colon."""
    return distorted_image(_one_way(stroke_shapes.SIGNS, generator), generator)


def _one_way(shapes: Mapping[str, str], generator: Generator, name: str = "") -> str:
    """Return one of the ways to write one of the letters or signs, or the one with this name."""
    name = name or str(generator.choice(list(shapes)))
    return str(generator.choice(shapes[name].split("|")))


def stroke_font_letter(generator: Generator) -> FloatArray:
    """Return a letter or a sign of a stroke font: plain, script, Greek or Gothic."""
    return _distorted(_chosen(font_letters(), generator), generator)


@functools.cache
def font_letters() -> list[list[Points]]:
    """The strokes of all letters and signs of the stroke fonts that are not like a digit."""
    from HersheyFonts import HersheyFonts

    found = []
    fonts = HersheyFonts()
    for name in STROKE_FONTS:
        fonts.load_default_font(name)
        for character in CHARACTERS:
            strokes = [np.array(one, np.float64) for one in fonts.strokes_for_text(character)]
            if strokes:
                found.append(strokes)
    return found


def shape(generator: Generator) -> FloatArray:
    """Return a shape in strokes, such as a triangle, an arrow or a heart; some are filled."""
    name = str(generator.choice(list(stroke_shapes.SHAPES)))
    strokes = stroke_shapes.SHAPES[name]
    first, *others = parse_shape(strokes)
    closed = not others and len(first) > 3 and (first[0] == first[-1]).all()
    if closed and generator.random() < 0.4:
        line = distort(first, generator)
        sheet = Image.new("L", (CANVAS_SIDE, CANVAS_SIDE))
        ImageDraw.Draw(sheet).polygon([(float(x), float(y)) for x, y in line], fill=255, width=9)
        return _seen(np.asarray(sheet))
    if name in stroke_shapes.TURNED and generator.random() < 0.5:
        return _turned(strokes, generator)
    return distorted_image(strokes, generator)


def _turned(shape: str, generator: Generator) -> FloatArray:
    """Return the image of a shape turned by any angle and distorted at random."""
    lines = parse_shape(shape)
    angle = generator.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = distort((np.concatenate(lines) - 4.5) @ turn.T, generator)
    return render_lines(np.split(points, np.cumsum([len(line) for line in lines])[:-1]))


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
    generator: Generator,
    fonts: Sequence[Font] | None = None,
    letters: Sequence[str] = stroke_shapes.PLAIN_LETTERS,
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
    "letters of stroke fonts": stroke_font_letter,
    "handwriting fonts": handwritten_font_letter,
    "signs": sign,
    "shapes": shape,
    "scribble": scribble,
    "noise": noise,
    "textures": texture,
    "two digits": two_digits,
    "dots": dots,
    "stray strokes": stray_strokes,
    "chimeras": chimera,
}
