"""Sheets of paper with one digit, as a phone sees them: `python -m benchmarks.sheets`.

Digits whose straight strokes look like ruled lines (2, 4, 7, 9, 1), of 10 to 80 % of the picture's
height, upright and slanted, with three pens on seven kinds of paper. Then digits of 20 and 45 %
with something around them: a table, a coloured note on it, the shadow of a hand, a circle, a line
below. The digits are the shapes of `mnistviz/digits/synthetic_digits.py`: nobody's handwriting.
Printed, for both: the share read right, and how many wrong answers had a probability of over 90 %.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, FloatArray
from mnistviz.digits.drawing import pictures
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import Strokes, render
from mnistviz.digits.synthetic_digits import parse_shape, smooth
from mnistviz.runs import snapshots

WIDTH, HEIGHT = 900, 1_200
BILINEAR = Image.Resampling.BILINEAR
NUM_PROCESSES = 2
# A wrong answer above this probability is worse than others.
SURE = 0.9
# Clear shapes of each digit, as in `synthetic_digits.SHAPES`.
SHAPES = {
    2: ("02 20 60 72 55 09 79", "02 20 60 73 38 08 06 37 69 89", "01 30 62 54 08 28 69 98"),
    4: ("40 05 85/62 69", "30 06 66/64 49", "60 05 75/54 59", "00 04 64/50 59"),
    7: ("00 70 29", "00 80 39/24 64", "00 60 49/25 65", "00 70 64 49"),
    9: ("72 41 12 24 54 72 69", "62 30 13 35 62 66 49 19", "61 30 02 14 44 61 49"),
    1: ("40 49", "50 39", "22 40 49"),
}
HEIGHTS = (0.1, 0.2, 0.45, 0.6, 0.8)
SLANTS = ("upright", "slanted")
PAPERS = ("plain", "ruled", "squared", "grey", "shadow", "box", "colour")
# What is around a digit, and the heights of those digits.
SURROUNDINGS, SURROUNDED_HEIGHTS = ("table", "note", "hand", "circle", "underline"), (0.2, 0.45)
TABLES = ((0.35, 0.22, 0.13), (0.25, 0.27, 0.3), (0.6, 0.47, 0.32), (0.3, 0.1, 0.08))
NOTES = ((0.98, 0.9, 0.35), (0.98, 0.55, 0.7), (0.55, 0.8, 0.95), (0.6, 0.9, 0.5))
# The width of the line as a share of the digit's height, and the share of light that it takes.
PENS = {
    "pencil": ((0.03, 0.06), (0.3, 0.5)),
    "ballpoint": ((0.02, 0.05), (0.55, 0.8)),
    "marker": ((0.08, 0.15), (0.75, 0.9)),
}
INKS = ((0.1, 0.1, 0.12), (0.1, 0.15, 0.5))
# Ink and paper.
COLOURS = (
    ((0.75, 0.15, 0.15), (0.35, 0.6, 0.35)),
    ((0.9, 0.8, 0.1), (0.92, 0.92, 0.9)),
    ((0.15, 0.3, 0.7), (0.9, 0.8, 0.35)),
    ((0.92, 0.92, 0.9), (0.12, 0.2, 0.16)),
    ((0.9, 0.45, 0.6), (0.9, 0.9, 0.88)),
)


@dataclass(frozen=True)
class Scene:
    """The content of a sheet. `height` is the digit's, as a share of the picture's."""

    digit: int
    height: float
    slant: str
    pen: str
    paper: str
    seed: int = 0


def scenes(every: int = 1, *, surrounded: bool = False) -> list[Scene]:
    """All combinations, or every n-th of them in a fixed order at random."""
    heights, papers = (SURROUNDED_HEIGHTS, SURROUNDINGS) if surrounded else (HEIGHTS, PAPERS)
    combinations = itertools.product(SHAPES, heights, SLANTS, PENS, papers)
    found = [Scene(*values, seed=number) for number, values in enumerate(combinations)]
    order = np.random.default_rng(0).permutation(len(found))[::every]
    return [found[number] for number in sorted(order)]


def sheet(scene: Scene) -> Image.Image:
    """Return the photo of a sheet as RGB."""
    rng = np.random.default_rng([scene.seed, 17])
    ink_colour, paper_colour = _colours(scene, rng)
    page = np.ones((HEIGHT, WIDTH, 3), np.float32) * np.array(paper_colour, np.float32)
    _print_lines(page, scene, rng)
    share = rng.uniform(*PENS[scene.pen][1]) if scene.paper != "colour" else 0.9
    coverage, box = _digit(scene, rng)
    if scene.pen == "pencil":
        grain = _smooth_noise(rng, 1.2)
        coverage = coverage * np.clip(0.8 + 0.5 * grain, 0.35, 1)
    if scene.paper == "box":
        _draw_frame(page, box, rng)
    if scene.paper in ("circle", "underline"):
        coverage = np.maximum(coverage, _mark(scene.paper, box, scene, rng))
    covered = share * coverage[..., np.newaxis]
    page = page * (1 - covered) + np.array(ink_colour, np.float32) * covered
    if scene.paper in ("table", "note"):
        page = _on_table(page, rng)
    page = page * _light(scene, rng)[..., np.newaxis]
    image = Image.fromarray((page * 255).clip(0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5)))
    noise = rng.normal(0, rng.uniform(1, 5), (HEIGHT, WIDTH, 3))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def _colours(scene: Scene, rng: np.random.Generator) -> tuple[Any, Any]:
    if scene.paper == "colour":
        return COLOURS[rng.integers(len(COLOURS))]
    if scene.paper == "note":
        return np.array(INKS[rng.integers(2)]), NOTES[rng.integers(len(NOTES))]
    level = rng.uniform(0.45, 0.6) if scene.paper == "grey" else rng.uniform(0.82, 0.95)
    tint = level * np.array([1, rng.uniform(0.97, 1), rng.uniform(0.9, 1)])
    ink = np.array(INKS[0 if scene.pen == "pencil" else rng.integers(2)])
    return ink, tint


def _digit(scene: Scene, rng: np.random.Generator) -> tuple[FloatArray, tuple[int, ...]]:
    """The share of the pen on each pixel `(HEIGHT, WIDTH)`, and the digit's box."""
    shape = SHAPES[scene.digit][rng.integers(len(SHAPES[scene.digit]))]
    slant = rng.uniform(0.25, 0.4) if scene.slant == "slanted" else rng.uniform(-0.05, 0.05)
    angle = rng.uniform(-0.12, 0.12) if scene.slant == "slanted" else rng.uniform(-0.03, 0.03)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lines = [smooth(line, 2 if scene.digit in (2, 9) else 0) for line in parse_shape(shape)]
    lines = [(line * (1, 1.1)) @ np.array([[1, -slant], [0, 1]]).T @ turn.T for line in lines]
    points = np.concatenate(lines)
    side = scene.height * HEIGHT
    size = np.ptp(points, axis=0)
    zoom = min(side / size[1], 0.85 * WIDTH / max(size[0], 1e-6))
    lines = [(line - points.min(axis=0)) * zoom for line in lines]
    size = size * zoom
    pen = max(2.0, rng.uniform(*PENS[scene.pen][0]) * side)
    room = np.array([WIDTH, HEIGHT]) - size
    corner = room * rng.uniform(0.3, 0.7, 2)
    strokes = tuple((line + corner).astype(np.float32) for line in lines)
    margin = pen + 0.12 * side
    box = (*(corner - margin).astype(int), *(corner + size + margin).astype(int))
    return render(Strokes(WIDTH, HEIGHT, pen, strokes)), box


def _print_lines(page: FloatArray, scene: Scene, rng: np.random.Generator) -> None:
    """Print the lines of ruled or squared paper."""
    if scene.paper not in ("ruled", "squared"):
        return
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    pitch = HEIGHT / rng.uniform(*((15, 35) if scene.paper == "squared" else (10, 24)))
    tilt = np.tan(np.radians(rng.uniform(-2, 2)))
    thick = rng.uniform(1.5, 3)
    colour = np.array([0.35, 0.2, 0.1]) * rng.uniform(0.6, 1.3)
    on_line = (y + tilt * x) % pitch < thick
    if scene.paper == "squared":
        on_line |= (x - tilt * y) % pitch < thick
    page -= on_line[..., np.newaxis] * colour.astype(np.float32)


def _draw_frame(page: FloatArray, box: tuple[int, ...], rng: np.random.Generator) -> None:
    """Print a box around the digit, as forms have."""
    left, top, right, bottom = (
        int(np.clip(edge, 4, limit - 5))
        for edge, limit in zip(box, (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True)
    )
    thick = int(rng.integers(2, 6))
    level = rng.uniform(0.1, 0.5)
    inside = page[top + thick : bottom - thick, left + thick : right - thick].copy()
    page[top:bottom, left:right] = level
    page[top + thick : bottom - thick, left + thick : right - thick] = inside


def _mark(kind: str, box: tuple[int, ...], scene: Scene, rng: np.random.Generator) -> FloatArray:
    """The share of the pen on each pixel of a circle around a digit, or of a line below it."""
    left, top, right, bottom = box
    side = scene.height * HEIGHT
    if kind == "circle":
        turn = np.linspace(0, 2 * np.pi, 60)
        radius = rng.uniform(0.6, 0.65) * max(right - left, bottom - top)
        round_line = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * radius
        line = round_line + np.array([left + right, top + bottom]) / 2
    else:
        slope = rng.uniform(-0.03, 0.03) * (right - left)
        line = np.array([(left, bottom), (right, bottom + slope)]) + np.array([0, 0.05 * side])
    pen = max(2.0, min(0.06, rng.uniform(*PENS[scene.pen][0])) * side)
    return render(Strokes(WIDTH, HEIGHT, pen, (line.astype(np.float32),)))


def _on_table(page: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The sheet on a table, not seen quite from above: its corners are within the picture."""
    picture = Image.fromarray((page * 255).clip(0, 255).astype(np.uint8))
    size = np.array([WIDTH, HEIGHT])
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size
    inwards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) * size
    seen = corners + inwards * rng.uniform(0.02, 0.16, (4, 2))
    rows = []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    transform = np.linalg.solve(np.array(rows), corners.reshape(-1)).tolist()
    table = tuple(int(255 * level) for level in TABLES[rng.integers(len(TABLES))])
    how = Image.Transform.PERSPECTIVE
    turned = picture.transform((WIDTH, HEIGHT), how, transform, BILINEAR, fillcolor=table)
    return np.asarray(turned, np.float32) / np.float32(255)


def _light(scene: Scene, rng: np.random.Generator) -> FloatArray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    ramp = np.cos(turn) * x / WIDTH + np.sin(turn) * y / HEIGHT
    light = 1 - rng.uniform(0, 0.3) * (ramp - ramp.min()) / np.ptp(ramp)
    if scene.paper == "shadow":
        turn = rng.uniform(0, 2 * np.pi)
        edge = np.cos(turn) * (x / WIDTH - rng.uniform(0.3, 0.7))
        edge += np.sin(turn) * (y / HEIGHT - rng.uniform(0.3, 0.7))
        light = light * (1 - rng.uniform(0.25, 0.45) / (1 + np.exp(-edge * rng.uniform(40, 150))))
    if scene.paper == "hand":
        across = (x / WIDTH - rng.uniform(0.2, 0.8)) / rng.uniform(0.22, 0.45)
        down = (y / HEIGHT - rng.uniform(0.5, 1)) / rng.uniform(0.17, 0.42)
        sharpness = rng.uniform(5, 25)
        outside = 1 / (1 + np.exp(np.minimum(60, sharpness * (1 - across**2 - down**2))))
        light = light * (1 - rng.uniform(0.3, 0.55) * (1 - outside))
    shade: FloatArray = light.astype(np.float32)
    return shade


def _smooth_noise(rng: np.random.Generator, radius: float) -> FloatArray:
    grain = rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    noise: FloatArray = ndimage.gaussian_filter(grain, radius)
    noise /= noise.std()
    return noise


def image_of(scene: Scene) -> FloatArray:
    """Return the network's input image of a sheet that was saved as JPEG."""
    file = io.BytesIO()
    sheet(scene).save(file, "JPEG", quality=85)
    return normalise(pictures.read_picture(file.getvalue()), to_pen=True).image


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How well digits on sheets of paper are read.")
    parser.add_argument("--run", default="best", help="a run by name")
    parser.add_argument("--every", type=int, default=3, help="read every n-th sheet")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)

    from mnistviz.evaluation import calibration
    from mnistviz.evaluation.digit_reader import DigitReader
    from mnistviz.network import rejection

    reader = DigitReader.load(snapshots.find(options.run))
    found = {}
    for name, surrounded in (("sheets", False), ("surrounded", True)):
        chosen = scenes(options.every, surrounded=surrounded)
        with ProcessPoolExecutor(NUM_PROCESSES) as pool:
            images = np.stack(list(pool.map(image_of, chosen, chunksize=8)))
        logits = reader.logits(images)
        probabilities = calibration.probabilities(logits, reader.calibration)
        verdicts = rejection.verdicts(images, probabilities)
        answered = np.array([verdict == "digit" for verdict in verdicts])
        right = logits.argmax(axis=1) == [scene.digit for scene in chosen]
        found[name] = scores(chosen, right, answered, probabilities.max(axis=1))
    if options.json:
        print(json.dumps(found))
    else:
        print(table(found["sheets"]))
        print("\nWith something around the digit:")
        print(table(found["surrounded"]))


def scores(
    chosen: Sequence[Scene], right: BoolArray, answered: BoolArray, probabilities: FloatArray
) -> dict[str, Any]:
    """Return the shares answered right, refused and guessed right, in all and by each property."""
    groups: dict[str, dict[str, float]] = {}
    for name in ("digit", "height", "slant", "pen", "paper"):
        values = np.array([str(getattr(scene, name)) for scene in chosen])
        groups[name] = {
            value: round(float(right[values == value].mean()), 4)
            for value in dict.fromkeys(values.tolist())
        }
    return {
        "count": len(chosen),
        "right": round(float((right & answered).mean()), 4),
        "refused": round(float((~answered).mean()), 4),
        "guessed": round(float(right.mean()), 4),
        "surely_wrong": int((~right & answered & (probabilities > SURE)).sum()),
        "guessed_by": groups,
    }


def table(found: dict[str, Any]) -> str:
    """Return the result as text."""
    lines = [
        f"{found['count']} sheets: {found['right']:.1%} answered right, {found['refused']:.1%} "
        f"refused, {found['guessed']:.1%} right if it always guessed, {found['surely_wrong']} "
        f"wrong at over {SURE:.0%}"
    ]
    for name, shares in found["guessed_by"].items():
        values = ", ".join(f"{value} {share:.1%}" for value, share in shares.items())
        lines.append(f"  {name}: {values}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
