"""Make `mnistviz/assets/drawings.npz`: `python -m tools.non_digit_drawings FILE`.

FILE is an npz of strokes on a 280×280 canvas with `label` (the kind), `name`, `lookalike` and
`source` of each sample, as `benchmarks.wild` describes. Drawings of Google's Quick, Draw! data set
are taken that no person would read as a digit: the digit detector learns from them.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.arrays import FloatArray

DRAWINGS_FILE = ASSETS / "drawings.npz"
SOURCE = "quickdraw"
CREDIT = "The Quick, Draw! Dataset, Google, CC BY 4.0: strokes of some drawings, scaled and moved"

Drawing = tuple[FloatArray, ...]


def make(source: Path, target: Path) -> int:
    """Write the asset; return the number of drawings in it."""
    with np.load(source, allow_pickle=False) as arrays:
        all_lines = np.split(arrays["xy"], arrays["stroke_ptr"][1:-1])
        first, names = arrays["sample_ptr"], arrays["name"]
        chosen = np.flatnonzero((arrays["source"] == SOURCE) & ~arrays["lookalike"].astype(bool))
    drawings = [all_lines[first[one] : first[one + 1]] for one in chosen]
    lines = [line for drawing in drawings for line in drawing]
    known, places = np.unique(names[chosen], return_inverse=True)
    np.savez_compressed(
        target,
        # Whole pixels of the canvas, as the data set itself has.
        xy=np.concatenate(lines).round().astype(np.uint16),
        stroke_ptr=np.cumsum([0, *map(len, lines)], dtype=np.int32),
        sample_ptr=np.cumsum([0, *map(len, drawings)], dtype=np.int32),
        names=known,
        name=places.astype(np.uint16),
        credit=np.array(CREDIT),
    )
    return len(drawings)


def read() -> tuple[list[Drawing], np.ndarray]:
    """Drawings, each stroke `(n, 2)` float32 on the canvas, and the name of what each shows."""
    with np.load(DRAWINGS_FILE, allow_pickle=False) as arrays:
        lines = np.split(arrays["xy"].astype(np.float32), arrays["stroke_ptr"][1:-1])
        drawings = [
            tuple(lines[start:end]) for start, end in itertools.pairwise(arrays["sample_ptr"])
        ]
        return drawings, arrays["names"][arrays["name"]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make mnistviz/assets/drawings.npz.")
    parser.add_argument("file", type=Path, help="npz of strokes of what is no digit")
    number = make(parser.parse_args().file, DRAWINGS_FILE)
    print(f"{DRAWINGS_FILE}: {number:,} drawings")


if __name__ == "__main__":
    main()
