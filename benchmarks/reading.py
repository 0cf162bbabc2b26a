"""Accuracy of reading numbers and photos: `python -m benchmarks.reading`.

The numbers are two to five test digits side by side, for several gaps in pixels (a digit is 20
pixels high); the photos are made of test digits, for several kinds of difficulty.
"""

import argparse
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from benchmarks.photos import KINDS, photo
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.pictures import find_ink
from mnistviz.digits.drawing.preprocessing import INK_THRESHOLD, normalise
from mnistviz.digits.drawing.segmentation import segment_ink
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.runs import snapshots
from mnistviz.runs.load import load

GAPS = (4, 2, 0, -1, -2)

# Rows by table: numbers, photos.
Result = dict[str, list[dict[str, Any]]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How well numbers and photos are read.")
    parser.add_argument("--run", default="best")
    parser.add_argument("--count", type=int, default=200, help="of each gap and each kind")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)

    snapshot = snapshots.find(options.run)
    reader = DigitReader(load(snapshot), None)
    result: Result = {
        "numbers": [numbers(reader, gap, options.count) for gap in GAPS],
        "photos": [photos(reader, kind, options.count) for kind in KINDS],
    }
    print(json.dumps(result) if options.json else table(result))


def side_by_side(digits: FloatArray, gap: int) -> FloatArray:
    """Return digits (n, 28, 28) in one image, `gap` pixels apart; below 0 they overlap."""
    field = np.zeros((28, 12 + 34 * len(digits)), np.float32)
    edge = 6
    for digit in digits:
        ink = np.flatnonzero((digit > INK_THRESHOLD).any(axis=0))
        narrow = digit[:, ink[0] : ink[-1] + 1]
        place = field[:, edge : edge + narrow.shape[1]]
        np.maximum(place, narrow, out=place)
        edge += narrow.shape[1] + gap
    return field


def numbers(reader: DigitReader, gap: int, count: int) -> dict[str, float]:
    """Return the shares of numbers read right, segmented into the right count, touching."""
    data = load_mnist()
    rng = np.random.default_rng(0)
    right = cut = touching = single = 0
    for _ in range(count):
        chosen = rng.integers(0, len(data.x_test), rng.integers(2, 6))
        digits, labels = to_input(data.x_test[chosen]), data.y_test[chosen].tolist()
        field = side_by_side(digits, gap)
        parts = segment_ink(field, reader)
        found = [part for part in parts if part.role == "digit"]
        images = np.stack([one.stages.image for one in found])
        right += reader.logits(images).argmax(axis=1).tolist() == labels
        cut += len(found) == len(labels)
        single += reader.logits(digits).argmax(axis=1).tolist() == labels
        pieces = ndimage.label(field > INK_THRESHOLD, np.ones((3, 3)))[1]
        touching += pieces < len(labels)
    shares = {"right": right, "cut": cut, "touching": touching, "digits_right_alone": single}
    return {"gap": gap, **{name: value / count for name, value in shares.items()}}


def photos(reader: DigitReader, kind: str, count: int) -> dict[str, float | str]:
    """Return the share of the photos of a kind whose digit was read right."""
    data = load_mnist()
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(data.x_test), count)
    images = []
    for digit in to_input(data.x_test[chosen]):
        colours = np.asarray(photo(digit, kind, rng).convert("RGB"))
        images.append(normalise(find_ink(colours), to_pen=True).image)
    answers = reader.logits(np.stack(images)).argmax(axis=1)
    return {"kind": kind, "right": float((answers == data.y_test[chosen]).mean())}


def table(result: Result) -> str:
    """Return the result as a text table."""
    lines = [f"{'gap':>4}{'touching':>10}{'cut right':>11}{'read right':>12}{'digits alone':>14}"]
    for row in result["numbers"]:
        shares = (row["touching"], row["cut"], row["right"], row["digits_right_alone"])
        widths = (10, 11, 12, 14)
        lines.append(
            f"{row['gap']:>4}"
            + "".join(f"{share:>{width}.1%}" for share, width in zip(shares, widths, strict=True))
        )
    lines += ["", f"{'photo':<28}read right"]
    lines += [f"{row['kind']:<28}{row['right']:>10.1%}" for row in result["photos"]]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
