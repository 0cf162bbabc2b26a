"""The share of pen strokes that are read right: `python -m benchmarks.strokes FILE`.

FILE is an npz of digits as strokes, such as one made of UCI's Pen-Based Recognition of
Handwritten Digits: `xy` (points, 2) in a box of 500 × 500, `stroke_ptr` the rows of `xy` at which
strokes begin, `sample_ptr` the strokes at which digits begin (each with one more, the end),
`label` and `writer` of each digit. They are drawn on the page's canvas at their own
size and place; then, every tenth, 60, 120 and 240 pixels large. What is printed with `--json` for
UCI's training file is in `mnistviz/assets/benchmarks/strokes.json`.
"""

import argparse
import itertools
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes, redraw, render
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import latest_snapshot

RUNS = ("reference", "best", "handwriting")
CANVAS = 280
BOX = 500
SIZES = (60, 120, 240)
EVERY = 10
# Mistakes on the digits of every other writer were looked at when the ways of writing in
# `mnistviz/digits/synthetic_digits.py` were chosen; nothing was chosen on the rest.
NOT_LOOKED_AT = slice(1, None, 2)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How many pen strokes are read right.")
    parser.add_argument("file", type=Path, help="npz of digits as strokes")
    parser.add_argument("--runs", nargs="+", default=RUNS, help="runs by name")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    try:
        drawings, labels, writers = read(options.file)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        parser.error(f"{options.file}: expected an npz of strokes, can't be read ({error})")
    found = measure(drawings, labels, writers, options.runs)
    print(json.dumps(found) if options.json else table(found))


def read(file: Path) -> tuple[list[Strokes], np.ndarray, np.ndarray]:
    """Return the drawings on the canvas, their labels and their writers."""
    with np.load(file, allow_pickle=False) as arrays:
        points = (arrays["xy"] * (CANVAS / BOX)).astype(np.float32)
        lines = np.split(points, arrays["stroke_ptr"][1:-1])
        ends = arrays["sample_ptr"]
        drawings = [
            Strokes(CANVAS, CANVAS, CANVAS_BRUSH, tuple(lines[start:end]))
            for start, end in itertools.pairwise(ends)
        ]
        return drawings, arrays["label"], arrays["writer"]


def sized(drawing: Strokes, side: int) -> Strokes:
    """Return a drawing scaled to `side` pixels in the middle of the canvas."""
    points = np.concatenate(drawing.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    zoom = side / max(float((high - low).max()), 1e-6)
    middle = (low + high) / 2
    lines = tuple((line - middle) * np.float32(zoom) + CANVAS / 2 for line in drawing.strokes)
    return Strokes(CANVAS, CANVAS, drawing.brush, lines)


def seen(drawings: Sequence[Strokes]) -> FloatArray:
    """Return the network's input images of drawings: (n, 28, 28) float32 in [0, 1]."""
    return np.stack([normalise(render(redraw(drawing))).image for drawing in drawings])


def measure(
    drawings: Sequence[Strokes], labels: np.ndarray, writers: np.ndarray, names: Sequence[str]
) -> dict[str, Any]:
    """Rates of right answers, in all and of the writers that nothing was chosen on, that of the
    writer read worst, and of answers alike at any size.
    """
    images = seen(drawings)
    at_sizes = [seen([sized(one, side) for one in drawings[::EVERY]]) for side in SIZES]
    everybody = np.unique(writers)
    others = np.isin(writers, everybody[NOT_LOOKED_AT])
    rows = {}
    for name in names:
        run = registry.find_run(name)
        network = load(latest_snapshot(run))
        right = network.logits(images).argmax(axis=1) == labels
        answers = np.stack([network.logits(one).argmax(axis=1) for one in at_sizes])
        of_writers = [right[writers == writer].mean() for writer in everybody]
        rows[name] = {
            "right": round(float(right.mean()), 4),
            "right_of_others": round(float(right[others].mean()), 4),
            "worst_writer": round(float(min(of_writers)), 4),
            "same_at_all_sizes": round(float((answers == answers[0]).all(axis=0).mean()), 4),
        }
    return {"digits": len(labels), "writers": len(everybody), "runs": rows}


def table(found: dict[str, Any]) -> str:
    """Return the result as a text table."""
    lines = [f"{found['digits']:,} digits by {found['writers']} writers"]
    for name, row in found["runs"].items():
        lines.append(
            f"{name:12} right {row['right']:.2%}, of the writers not looked at "
            f"{row['right_of_others']:.2%}, the writer read worst {row['worst_writer']:.1%}, "
            f"same answer at {', '.join(map(str, SIZES))} pixels {row['same_at_all_sizes']:.2%}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
