"""Make `mnistviz/assets/tablet_digits.npz`: `python -m tools.make_tablet_digits FILE`.

FILE is an npz of the training part of UCI's "Pen-Based Recognition of Handwritten Digits" (CC BY
4.0) as strokes: `xy` (points, 2) in a box of 500 × 500, `stroke_ptr` the rows of `xy` at which
strokes begin, `sample_ptr` the strokes at which digits begin (each with one more, the end), `label`
and `writer` of each digit. Every third writer is left out: their digits are nowhere trained on, and
show how unseen writers are read.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnistviz.digits.tablet_digits import TABLET_DIGITS_FILE

# Of the sorted writers, those at the places 0, 3, 6 … are held out.
HELD_OUT_EVERY = 3
CREDIT = (
    "E. Alpaydin and F. Alimoglu, Pen-Based Recognition of Handwritten Digits, UCI Machine "
    "Learning Repository 1998, doi:10.24432/C5MG6K, CC BY 4.0: strokes of 20 of its 30 training "
    "writers, in another order"
)


def chosen(writers: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the indices of the digits that are trained on: every other one, then the rest."""
    place = np.unique(writers, return_inverse=True)[1]
    trained = np.flatnonzero(place % HELD_OUT_EVERY != 0)
    return np.concatenate([trained[::2], trained[1::2]])


def make(source: Path, target: Path) -> int:
    """Write the asset; return the number of digits in it."""
    with np.load(source, allow_pickle=False) as arrays:
        lines_of_all = np.split(arrays["xy"], arrays["stroke_ptr"][1:-1])
        digits, first, labels = chosen(arrays["writer"]), arrays["sample_ptr"], arrays["label"]
    strokes = [range(first[digit], first[digit + 1]) for digit in digits]
    lines = [lines_of_all[stroke] for of_digit in strokes for stroke in of_digit]
    np.savez_compressed(
        target,
        xy=np.concatenate(lines).round().astype(np.uint16),
        stroke_ptr=np.cumsum([0, *map(len, lines)], dtype=np.int32),
        sample_ptr=np.cumsum([0, *map(len, strokes)], dtype=np.int32),
        label=labels[digits].astype(np.uint8),
        credit=np.array(CREDIT),
    )
    return len(digits)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make mnistviz/assets/tablet_digits.npz.")
    parser.add_argument("file", type=Path, help="npz of UCI's pen digits as strokes")
    number = make(parser.parse_args().file, TABLET_DIGITS_FILE)
    print(f"{TABLET_DIGITS_FILE}: {number:,} digits")


if __name__ == "__main__":
    main()
