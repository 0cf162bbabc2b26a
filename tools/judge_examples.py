"""The digits and the non-digits that the digit detector learns from, and how they are varied."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import ByteArray, FloatArray, IntArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.synthetic_digits import pen_digits
from mnistviz.digits.tablet_digits import TABLET_DIGITS_FILE, read_strokes
from tools import handwriting_glyphs, non_digit_drawings, non_digits

NUM_PROCESSES = 2
# Images that a process makes at once.
CHUNK = 500
SEED = 0
# Training digits to learn from; the last 5,000 of MNIST are held out.
NUM_DIGITS = 55_000
NUM_PEN_DIGITS = 8_000
# Images of each tablet digit and of each drawing: as it is, then distorted in several ways.
TIMES_TABLET = 4
TIMES_DRAWN = 6
# How strongly tablet digits are distorted, compared with drawings.
TABLET_STRENGTH = 0.5
NO_DIGIT = NUM_CLASSES
DRAWINGS = "drawings"
# Digits of handwriting fonts, and as few people write them: so many of each digit.
EACH_FONT_DIGIT, EACH_RARE_DIGIT = 400, 500
# Made non-digits to learn from, by kind.
EACH = {
    "typed letters": 5_000, "written letters": 10_000, "letters of stroke fonts": 10_000,
    "handwriting fonts": 12_000, "signs": 6_000, "shapes": 8_000,
    "scribble": 3_000, "noise": 1_500, "textures": 1_500,
    "two digits": 3_000, "dots": 1_000, "stray strokes": 4_000, "chimeras": 5_000,
}  # fmt: skip
# How often examples of each source are seen, digits and non-digits each on their own.
DIGIT_WEIGHTS = {
    "MNIST": 22, "MNIST, bent": 20, "tablet": 30, "pen": 18, "handwriting fonts, digits": 4,
    "rare digits": 6,
}  # fmt: skip
NON_DIGIT_WEIGHTS = {
    DRAWINGS: 45, "typed letters": 4, "written letters": 12, "letters of stroke fonts": 8,
    "handwriting fonts": 18, "signs": 7, "shapes": 9, "scribble": 3, "noise": 1, "textures": 1,
    "two digits": 3, "dots": 1, "stray strokes": 3, "chimeras": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Examples:
    """Images (n, 28, 28) uint8 of one source with labels (n,) and names (n,) of what they show."""

    images: ByteArray
    labels: NDArray[np.uint8]
    names: NDArray[np.str_]
    weight: float

    def chosen(self, keep: NDArray[np.bool_]) -> "Examples":
        return Examples(self.images[keep], self.labels[keep], self.names[keep], self.weight)


def examples(kept: Path | None = None) -> dict[str, Examples]:
    """All examples by source; digits are seen as often as non-digits in all.

    With a folder, what is in it is read, and what is made is written to it.
    """
    shares = {**_shares(DIGIT_WEIGHTS), **_shares(NON_DIGIT_WEIGHTS)}
    if kept and kept.exists():
        return {source: _read(kept / f"{source}.npz", weight) for source, weight in shares.items()}
    found = {}
    with ProcessPoolExecutor(NUM_PROCESSES) as pool:
        for source, (images, labels) in _digits(pool).items():
            found[source] = Examples(images, labels, labels.astype(str), shares[source])
        for kind, images, names in _non_digits(pool):
            labels = np.full(len(images), NO_DIGIT, np.uint8)
            found[kind] = Examples(images, labels, names, shares[kind])
    if kept:
        keep(found, kept)
    return found


def _shares(weights: dict[str, int]) -> dict[str, float]:
    total = sum(weights.values())
    return {source: weight / total for source, weight in weights.items()}


def keep(found: dict[str, Examples], folder: Path) -> None:
    """Write examples to a folder that appears when it is complete."""
    unfinished = folder.with_suffix(".partial")
    unfinished.mkdir(parents=True, exist_ok=True)
    for source, one in found.items():
        np.savez(
            unfinished / f"{source}.npz", images=one.images, labels=one.labels, names=one.names
        )
    unfinished.rename(folder)


def _read(file: Path, weight: float) -> Examples:
    with np.load(file, allow_pickle=False) as arrays:
        return Examples(arrays["images"], arrays["labels"], arrays["names"], weight)


def _digits(pool: ProcessPoolExecutor) -> dict[str, tuple[ByteArray, ByteArray]]:
    data = load_mnist()
    images, labels = data.x_train[:NUM_DIGITS], data.y_train[:NUM_DIGITS]
    chunks = np.array_split(to_input(images), NUM_DIGITS // CHUNK)
    turned = to_levels(np.concatenate(list(pool.map(bent, chunks, range(len(chunks))))))
    drawings, tablet_labels = read_strokes(TABLET_DIGITS_FILE)
    lines = [drawing.strokes for drawing in drawings]
    tablet = _in_ways(pool, lines, partial(_drawn, TIMES_TABLET, TABLET_STRENGTH, False))
    return {
        "MNIST": (images, labels),
        "MNIST, bent": (turned, labels),
        "tablet": (tablet, np.repeat(tablet_labels, TIMES_TABLET)),
        "pen": pen_digits(NUM_PEN_DIGITS, SEED),
        "handwriting fonts, digits": _by_digit(pool, _font_digits, EACH_FONT_DIGIT),
        "rare digits": _by_digit(pool, _rare_digits, EACH_RARE_DIGIT),
    }


def _by_digit(
    pool: ProcessPoolExecutor, make: Callable[[int, int], ByteArray], each: int
) -> tuple[ByteArray, ByteArray]:
    made = list(pool.map(make, range(NUM_CLASSES), [each] * NUM_CLASSES))
    return np.concatenate(made), np.repeat(np.arange(NUM_CLASSES, dtype=np.uint8), each)


def _font_digits(digit: int, number: int) -> ByteArray:
    inks, characters = handwriting_glyphs.read()
    glyphs = list(inks[characters == str(digit)])
    generator = np.random.default_rng([SEED, digit])
    return to_levels(np.stack([non_digits.glyph(generator, glyphs) for _ in range(number)]))


def _rare_digits(digit: int, number: int) -> ByteArray:
    generator = np.random.default_rng([SEED, digit])
    return to_levels(np.stack([non_digits.rare_digit(generator, digit) for _ in range(number)]))


def _non_digits(
    pool: ProcessPoolExecutor,
) -> Iterable[tuple[str, ByteArray, NDArray[np.str_]]]:
    lines, names = non_digit_drawings.read()
    drawn = _in_ways(pool, lines, partial(_drawn, TIMES_DRAWN, 1, True))
    yield DRAWINGS, drawn, np.repeat(names, TIMES_DRAWN)
    for kind, number in EACH.items():
        chunks = pool.map(partial(_made, kind), range(number // CHUNK))
        made = np.concatenate(list(chunks))
        yield kind, made, np.full(len(made), kind)


def _in_ways(
    pool: ProcessPoolExecutor,
    drawings: Sequence[non_digit_drawings.Drawing],
    draw: Callable[[non_digit_drawings.Drawing, int], ByteArray],
) -> ByteArray:
    return np.concatenate(list(pool.map(draw, drawings, range(len(drawings)), chunksize=50)))


def _drawn(
    times: int, strength: float, cut: bool, lines: non_digit_drawings.Drawing, seed: int
) -> ByteArray:
    """Images `(times, 28, 28)` of lines, the first as they are, the others distorted."""
    generator = np.random.default_rng([SEED, seed])
    ways = [non_digits.drawn(lines, generator, strength=0)]
    for _ in range(times - 1):
        ways.append(non_digits.drawn(lines, generator, strength, cut=cut))
    return to_levels(np.stack(ways))


def _made(kind: str, seed: int) -> ByteArray:
    return to_levels(non_digits.make([kind], CHUNK, seed)[kind])


def to_levels(images: FloatArray) -> ByteArray:
    """Images in [0, 1] as uint8."""
    return (images * 255).round().astype(np.uint8)


def bent(images: FloatArray, seed: int) -> FloatArray:
    """Images (n, 28, 28) as another hand would draw them: turned, leant, stretched."""
    generator = np.random.default_rng([SEED, seed])
    found = np.empty_like(images)
    for number, image in enumerate(images):
        angle, lean = generator.normal(0, 0.12), generator.normal(0, 0.15)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        stretch = np.exp(generator.normal(0, 0.1, 2))
        matrix = turn @ np.array([[stretch[0], 0], [lean, stretch[1]]])
        middle = np.full(2, 13.5)
        other = ndimage.affine_transform(image, matrix, middle - matrix @ middle, order=1)
        found[number] = normalise(other).image
    return found


# ---------------------------------------------------------------- pens


def drawn_at_random(
    sources: Iterable[Examples], number: int, generator: Generator
) -> tuple[FloatArray, IntArray]:
    """About `number` images (n, 28, 28) in [0, 1] with other pens, shuffled, and labels (n,)."""
    images, labels = [], []
    weights = sum(source.weight for source in sources)
    for source in sources:
        count = round(number * source.weight / weights)
        chosen = generator.integers(0, len(source.images), count)
        images.append(source.images[chosen])
        labels.append(source.labels[chosen])
    order = generator.permutation(sum(map(len, images)))
    levels = np.concatenate(images)[order]
    parts = [
        with_other_pens(to_input(levels[start : start + CHUNK]), generator)
        for start in range(0, len(levels), CHUNK)
    ]
    return np.concatenate(parts), np.concatenate(labels)[order].astype(np.int64)


def with_other_pens(images: FloatArray, generator: Generator) -> FloatArray:
    """Images (n, 28, 28) in [0, 1], of which some are thicker or thinner, blurred or hard-edged."""
    drawn = images.copy()
    way = generator.random(len(images))
    for chosen, edge, most in ((way < 0.2, np.maximum, 1.0), (way > 0.8, np.minimum, 0.7)):
        share = most * _uniform(generator, 0.2, 1, chosen.sum())
        drawn[chosen] += share * (_neighbours(drawn[chosen], edge) - drawn[chosen])
    way = generator.random(len(images))
    soft, hard = way < 0.2, way > 0.75
    drawn[soft] = _blurred(drawn[soft], _uniform(generator, 0.1, 0.3, soft.sum()))
    middle = _uniform(generator, 0.3, 0.6, hard.sum())
    steep = np.exp(_uniform(generator, 0.7, 3, hard.sum()))
    drawn[hard] = np.clip((drawn[hard] - middle) * steep + 0.5, 0, 1)
    # Thin lines stay as strong as others; one that has vanished does not become noise.
    drawn /= np.maximum(drawn.max(axis=(1, 2), keepdims=True), 0.2)
    return drawn


def _uniform(generator: Generator, low: float, high: float, count: int) -> FloatArray:
    return generator.uniform(low, high, (count, 1, 1)).astype(np.float32)


def _neighbours(images: FloatArray, pick: np.ufunc) -> FloatArray:
    """The largest or the smallest value of each pixel and the four beside it."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows = pick(pick(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]), images)
    found: FloatArray = pick(rows, pick(padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]))
    return found


def _blurred(images: FloatArray, share: FloatArray) -> FloatArray:
    """Images of which each pixel gives a share to each of two neighbours, along both axes."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, 1:-1] * (1 - 2 * share) + share * (padded[:, :-2] + padded[:, 2:])
    return rows[:, :, 1:-1] * (1 - 2 * share) + share * (rows[:, :, :-2] + rows[:, :, 2:])
