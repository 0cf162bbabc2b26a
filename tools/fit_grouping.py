"""Fit the weights of `mnistviz/digits/drawing/grouping.py`: `python -m tools.fit_grouping`.

Numbers of three to five digits are made of the bundled tablet digits and of MNIST's training
digits, at random distances, some of which touch or overlap. The weights maximise the probability of
the right groupings in a semi-Markov conditional random field, less a penalty on their squares.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.optimize import minimize

from mnistviz.core.types.arrays import DoubleArray, FloatArray
from mnistviz.digits.drawing import grouping
from mnistviz.digits.drawing.grouping import Key, Unit
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD
from mnistviz.digits.drawing.segmentation import ink_units, split_unit, stages_of
from mnistviz.digits.drawing.strokes import Strokes, render
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.tablet_digits import TABLET_DIGITS_FILE, read_strokes
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.runs import snapshots
from mnistviz.runs.load import load

# Tablet digits to write numbers of: the file holds others for measuring.
NUM_DIGITS = 4_000
# Shares of the digits' height: how far they are apart, how they move up and down, the pen.
GAPS, SHIFT, PENS = (-0.15, 0.2), 0.06, (0.06, 0.14)
HEIGHTS = (36, 90)
# The share of zeros beside those drawn at random, and of numbers of MNIST's digits.
ZEROS, MNIST_SHARE = 0.2, 0.3
# A unit may hold so much of another digit's ink.
MAX_FOREIGN = 0.06
PENALTY = 0.02


@dataclass(frozen=True)
class Example:
    """A number: groups and their features, overlaps of adjacent groups, and the right groups."""

    keys: list[Key]
    features: DoubleArray
    before: list[tuple[list[int], DoubleArray]]
    right: list[int]
    num_units: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Fit the costs of groups of ink as digits.")
    parser.add_argument("--run", default="best")
    parser.add_argument("--count", type=int, default=1_500, help="of numbers")
    options = parser.parse_args(arguments)
    reader = DigitReader(load(snapshots.find(options.run)), None)
    rng = np.random.default_rng(0)
    made = [number(rng) for _ in range(options.count)]
    found = [example(digits, reader) for digits in made]
    examples = [one for one in found if one is not None]
    print(f"{len(examples)} of {len(made)} numbers can be split rightly")
    weights = fit(examples)
    for name, weight in zip(grouping.FEATURES, weights, strict=True):
        print(f"{name:<22}{weight:8.2f}")


# ---------------------------------------------------------------- numbers


def number(rng: np.random.Generator) -> FloatArray:
    """Return the ink of each digit of a number `(digits, h, w)`, from left to right."""
    parts = _mnist_digits(rng) if rng.random() < MNIST_SHARE else _tablet_digits(rng)
    height = max(part.shape[0] for part in parts)
    gaps = rng.uniform(*GAPS, len(parts)) * height
    shifts = rng.uniform(0, 2 * SHIFT, len(parts)) * height
    lefts, left = [], 0.1 * height
    for part, gap in zip(parts, gaps, strict=True):
        lefts.append(int(left))
        left += part.shape[1] + gap
    field = np.zeros((len(parts), int(1.4 * height), int(left + 0.3 * height)), np.float32)
    for ink, part, x, y in zip(field, parts, lefts, shifts.astype(int), strict=True):
        y += int(0.1 * height)
        ink[y : y + part.shape[0], x : x + part.shape[1]] = part
    return field


def _tablet_digits(rng: np.random.Generator) -> list[FloatArray]:
    drawings, labels = read_strokes(TABLET_DIGITS_FILE)
    zeros = np.flatnonzero(labels[:NUM_DIGITS] == 0)
    height = rng.uniform(*HEIGHTS)
    pen = rng.uniform(*PENS) * height
    parts = []
    for _ in range(rng.integers(3, 6)):
        is_zero = rng.random() < ZEROS
        drawing = drawings[rng.choice(zeros) if is_zero else rng.integers(NUM_DIGITS)]
        points = np.concatenate(drawing.strokes)
        start, size = points.min(axis=0), np.ptp(points, axis=0)
        zoom = height * rng.uniform(0.85, 1.1) / max(size[1], 0.8 * size[0])
        lines = tuple(((line - start) * zoom + pen).astype(np.float32) for line in drawing.strokes)
        width, rows = (size * zoom + 2 * pen).astype(int) + 1
        parts.append(_cut(render(Strokes(int(width), int(rows), pen, lines))))
    return parts


def _mnist_digits(rng: np.random.Generator) -> list[FloatArray]:
    data = load_mnist()
    zoom = int(rng.integers(1, 4))
    parts = []
    for chosen in rng.integers(0, len(data.x_train), rng.integers(3, 6)).tolist():
        digit = Image.fromarray(to_input(data.x_train[chosen]))
        large = digit.resize((28 * zoom, 28 * zoom), Image.Resampling.BICUBIC)
        parts.append(_cut(np.asarray(large).clip(0, 1)))
    return parts


def _cut(ink: FloatArray) -> FloatArray:
    ys, xs = (np.flatnonzero((ink > INK_THRESHOLD).any(axis)) for axis in (1, 0))
    return ink[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]


def example(digits: FloatArray, reader: DigitReader) -> Example | None:
    """Return the candidates of a number; None if its digits are no groups of units."""
    ink = digits.max(axis=0)
    components = ink_units(ink)
    height = grouping.max_height(components)
    units = [part for unit in components for part in split_unit(unit, ink, height)]
    units.sort(key=lambda unit: unit.box[0] + unit.box[2])
    owners = [_owner(unit, digits) for unit in units]
    right = _runs(owners, len(digits))
    groups = grouping.candidates(units)
    if right is None or not all(key in groups for key in right):
        return None
    keys = sorted(groups)
    groups = {key: groups[key] for key in keys}
    features = grouping.features_of(
        groups, height, lambda group: stages_of(ink, group).image, reader
    )
    before = []
    for key in keys:
        others = [number for number, other in enumerate(keys) if other[1] == key[0]]
        shared = [grouping.overlap(groups[keys[other]], groups[key]) for other in others]
        before.append((others, np.array(shared)))
    return Example(keys, features, before, [keys.index(key) for key in right], len(units))


def _owner(unit: Unit, digits: FloatArray) -> int:
    """The digit whose ink a unit holds; -1 if it holds much of another one's."""
    left, top = int(unit.box[0]), int(unit.box[1])
    place = np.s_[top : top + unit.mask.shape[0], left : left + unit.mask.shape[1]]
    own = np.array([(digit[place] * unit.mask).sum() for digit in digits])
    owner = int(own.argmax())
    for other, digit in enumerate(digits):
        if other != owner:
            foreign = (digit[place] * unit.mask * (digits[owner][place] < 0.1)).sum()
            if foreign > MAX_FOREIGN * digit.sum():
                return -1
    return owner


def _runs(owners: list[int], count: int) -> list[Key] | None:
    """The groups of units with the same owner, if each digit is one group, from left to right."""
    borders = [0, *(n for n in range(1, len(owners)) if owners[n] != owners[n - 1]), len(owners)]
    runs = list(itertools.pairwise(borders))
    return runs if [owners[first] for first, _ in runs] == list(range(count)) else None


# ---------------------------------------------------------------- the random field


def fit(examples: Sequence[Example]) -> DoubleArray:
    """Return the weights of the features."""
    scale = 1 / np.maximum(0.05, np.concatenate([one.features for one in examples]).std(axis=0))
    scale[-2:] = 1

    def loss(values: DoubleArray) -> tuple[float, DoubleArray]:
        results = [_loss(values * scale, one) for one in examples]
        value = np.mean([each for each, _ in results]) + PENALTY / 2 * np.square(values).sum()
        slope = np.mean([each for _, each in results], axis=0) * scale + PENALTY * values
        return float(value), slope

    start = grouping.WEIGHTS / scale
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    print(f"mean -log of the probability of the right grouping: {result.fun:.3f}")
    weights: DoubleArray = result.x * scale
    return weights


def _loss(weights: DoubleArray, one: Example) -> tuple[float, DoubleArray]:
    """-log of the probability of the right path, and its slope, by the forward-backward way."""
    scores = -one.features @ weights
    forward, expected = _forward(one, scores, weights[-1])
    ends = [n for n, key in enumerate(one.keys) if key[1] == one.num_units]
    total = np.logaddexp.reduce(forward[ends])
    backward = np.full(len(one.keys), -np.inf)
    backward[ends] = 0
    for number in range(len(one.keys) - 1, -1, -1):
        others, shared = one.before[number]
        if others:
            through = -weights[-1] * shared + scores[number] + backward[number]
            backward[others] = np.logaddexp(backward[others], through)
            share = np.exp(forward[others] + through - total)
            expected += float((share * shared).sum())
    marginal = np.exp(forward + backward - total)
    slope = one.features[one.right].sum(axis=0) - marginal @ one.features
    overlaps = [
        float(shared[others.index(before)])
        for before, number in zip(one.right[:-1], one.right[1:], strict=True)
        for others, shared in [one.before[number]]
    ]
    slope[-1] = sum(overlaps) - expected
    right = scores[one.right].sum() - weights[-1] * sum(overlaps)
    return float(total - right), slope


def _forward(one: Example, scores: DoubleArray, weight: float) -> tuple[DoubleArray, float]:
    forward = np.full(len(one.keys), -np.inf)
    for number, key in enumerate(one.keys):
        others, shared = one.before[number]
        if key[0] == 0:
            forward[number] = scores[number]
        elif others:
            forward[number] = scores[number] + np.logaddexp.reduce(
                forward[others] - weight * shared
            )
    return forward, 0.0


if __name__ == "__main__":
    main()
