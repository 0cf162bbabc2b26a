"""The share of strangers' digits that are read right: `python -m benchmarks.wild FOLDER`.

`mnistviz/assets/benchmarks/wild.json` has what `--out` writes for the bundled run `best`.

FOLDER holds `photos/` and `numbers/` with their `labels.csv`, `strokes.npz`, `nondigits.npz` and
`nondigits_labels.csv`: digits and drawings of other people, which are not part of the project.
A digit that is refused counts as wrong. Pictures marked hard and drawings that look like a digit
are counted apart. Strokes are read as drawn, and as pictures of a brush of 18 pixels.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import pictures, segmentation
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes, redraw, render
from mnistviz.evaluation import calibration
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.network import rejection
from mnistviz.runs import snapshots

CANVAS = 280
# Pictures are prepared by two processes, some at once.
NUM_PROCESSES, CHUNK = 2, 16
# A group of at least so many pictures must have at least this share right.
MIN_GROUP, MIN_SHARE = 8, 0.8
# Groups of that size of which a larger share is refused are listed.
MAX_REFUSED = 0.05
# The largest longer side, in pixels, of a picture that is small for its kind.
SMALL = {"screen": 32, "paper": 100}
# A digit whose picture can't be read.
BLANK = np.zeros((28, 28), np.float32)


@dataclass(frozen=True)
class Score:
    """Shares of `count` digits: answered right, refused, and right if it always guessed."""

    count: int
    right: float
    refused: float
    guessed: float


@dataclass(frozen=True)
class Digits:
    """Images (n, 28, 28) of digits with labels, groups and row of the table; `hard` ones apart."""

    images: FloatArray
    labels: np.ndarray
    groups: np.ndarray
    rows: np.ndarray
    hard: np.ndarray


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How well strangers' digits are read.")
    parser.add_argument("folder", type=Path, help="photos/, numbers/, strokes.npz, nondigits.npz")
    parser.add_argument("--run", default="best", help="a run by name")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--out", type=Path, help="write the table as JSON, too")
    options = parser.parse_args(arguments)
    reader = DigitReader.load(snapshots.find(options.run))
    found: dict[str, Any] = {"run": options.run}
    with ProcessPoolExecutor(NUM_PROCESSES) as pool:
        for part in options.parts:
            found[part] = PARTS[part](options.folder, reader, pool)
    print(table(found))
    if options.out:
        options.out.write_text(json.dumps(_summary(found), indent=1) + "\n", encoding="utf-8")


# ---------------------------------------------------------------- digits


def photos(folder: Path, reader: DigitReader, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Scores of pictures of one digit, by kind and size, and groups that are read badly."""
    digits = photo_digits(folder, pool)
    return digit_scores(digits, *answers(digits.images, reader))


def photo_digits(folder: Path, pool: ProcessPoolExecutor) -> Digits:
    rows = labels_of(folder / "photos")
    images = list(
        pool.map(picture_image, (folder / "photos" / row["file"] for row in rows), chunksize=CHUNK)
    )
    return Digits(
        np.stack(images),
        np.array([int(row["label"]) for row in rows]),
        np.array([re.sub(r"[;,].*", "", row["note"]) for row in rows]),
        np.array([kind_of(row["kind"], row["size"]) for row in rows]),
        np.array(["hard" in row["note"] for row in rows]),
    )


def kind_of(kind: str, size: str) -> str:
    side = max(int(length) for length in size.split("x"))
    return f"{kind}, {'up to' if side <= SMALL[kind] else 'over'} {SMALL[kind]} px"


def labels_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def picture_image(file: Path) -> FloatArray:
    """The network's input image of a picture; blank if it can't be read."""
    try:
        return normalise(pictures.read_picture(file.read_bytes()), to_pen=True).image
    except DrawingError:
        return BLANK


def strokes(folder: Path, reader: DigitReader, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Scores of pen strokes as drawn, and as pictures of them; by writer those read badly."""
    digits = stroke_digits(folder, pool)
    return digit_scores(digits, *answers(digits.images, reader))


def stroke_digits(folder: Path, pool: ProcessPoolExecutor) -> Digits:
    drawings, arrays = read_strokes(folder / "strokes.npz")
    drawn = list(pool.map(drawn_image, drawings, chunksize=CHUNK))
    painted = list(pool.map(painted_image, drawings, chunksize=CHUNK))
    count = len(drawings)
    return Digits(
        np.stack(drawn + painted),
        np.tile(arrays["label"], 2),
        np.tile(arrays["writer"], 2),
        np.repeat(["pen strokes", f"pictures of strokes, {CANVAS_BRUSH:.0f} px brush"], count),
        np.zeros(2 * count, bool),
    )


def read_strokes(file: Path) -> tuple[list[Strokes], dict[str, np.ndarray]]:
    """The drawings on the page's canvas, and the other arrays of a file of strokes."""
    with np.load(file, allow_pickle=False) as stored:
        arrays = dict(stored)
    lines = np.split(arrays["xy"], arrays["stroke_ptr"][1:-1])
    drawings = [
        Strokes(CANVAS, CANVAS, CANVAS_BRUSH, tuple(lines[start:end]))
        for start, end in itertools.pairwise(arrays["sample_ptr"])
    ]
    return drawings, arrays


def drawn_image(drawing: Strokes) -> FloatArray:
    """The network's input image of a drawing on the canvas."""
    return normalise(render(redraw(drawing))).image


def painted_image(drawing: Strokes) -> FloatArray:
    """The network's input image of a picture of a drawing, white on black."""
    levels = (render(drawing) * 255).round().astype(np.uint8)
    colours = np.repeat(levels[..., np.newaxis], 3, axis=-1)
    return normalise(pictures.find_ink(colours), to_pen=True).image


def digit_scores(digits: Digits, guesses: np.ndarray, refused: np.ndarray) -> dict[str, Any]:
    """Scores by row, of hard ones, the mean over groups, and groups that are read badly.

    These are groups with less than 80 % right, and groups of which more than 5 % are refused.
    """
    guessed = guesses == digits.labels
    rows = {
        str(row): _score(guessed, refused, (digits.rows == row) & ~digits.hard)
        for row in dict.fromkeys(digits.rows)
    }
    if digits.hard.any():
        rows["hard"] = _score(guessed, refused, digits.hard)
    low, refused_groups = {}, {}
    of_groups = defaultdict(list)
    for row, group in dict.fromkeys(zip(digits.rows, digits.groups, strict=True)):
        chosen = (digits.rows == row) & (digits.groups == group) & ~digits.hard
        if not chosen.any():
            continue
        score = _score(guessed, refused, chosen)
        of_groups[str(row)].append(score)
        if score["count"] >= MIN_GROUP and score["right"] < MIN_SHARE:
            low[f"{row}: {group}"] = score
        if score["count"] >= MIN_GROUP and score["refused"] > MAX_REFUSED:
            refused_groups[f"{row}: {group}"] = score
    means = _means(of_groups)
    return {"rows": rows, "groups": means, "low_groups": low, "refused_groups": refused_groups}


def answers(images: FloatArray, reader: DigitReader) -> tuple[np.ndarray, np.ndarray]:
    """The most likely digit of each image, and whether no digit is answered."""
    logits = reader.logits(images)
    verdicts = rejection.verdicts(images, calibration.probabilities(logits, reader.calibration))
    return logits.argmax(axis=1), np.array([verdict != "digit" for verdict in verdicts])


def _score(guessed: np.ndarray, refused: np.ndarray, chosen: np.ndarray) -> dict[str, Any]:
    right = guessed & ~refused
    shares = (round(float(each[chosen].mean()), 4) for each in (right, refused, guessed))
    return asdict(Score(int(chosen.sum()), *shares))


def _means(of_groups: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The mean over groups, each with the same weight, by row."""
    return {
        row: {
            "count": len(scores),
            **{
                name: round(float(np.mean([score[name] for score in scores])), 4)
                for name in ("right", "refused", "guessed")
            },
        }
        for row, scores in of_groups.items()
    }


# ---------------------------------------------------------------- numbers


def numbers(folder: Path, reader: DigitReader, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Numbers read right as a whole, digits right by edit distance, and what was read."""
    rows = labels_of(folder / "numbers")
    inks = pool.map(number_ink, [folder / "numbers" / row["file"] for row in rows])
    read: dict[str, dict[str, Any]] = {}
    for row, ink in zip(rows, inks, strict=True):
        read[row["file"]] = {
            "label": row["reading"],
            "read": number_text(ink, reader),
            "hard": "hard" in row["note"],
        }
    counted = [value for value in read.values() if not value["hard"]]
    labels = [re.sub(r"\D", "", value["label"]) for value in counted]
    texts = [re.sub(r"\D", "", value["read"]) for value in counted]
    num_digits = sum(map(len, labels))
    errors = sum(map(edit_distance, labels, texts))
    return {
        "count": len(counted),
        "whole": round(float(np.mean([a == b for a, b in zip(labels, texts, strict=True)])), 4),
        "digits": num_digits,
        "digits_right": round(max(0.0, 1 - errors / num_digits), 4),
        "wrong": {
            file: [value["label"], value["read"]]
            for file, value in read.items()
            if re.sub(r"\D", "", value["label"]) != re.sub(r"\D", "", value["read"])
        },
    }


def number_ink(file: Path) -> FloatArray:
    """The ink of a picture of a number; none if it can't be read."""
    try:
        return pictures.read_picture(file.read_bytes(), several=True)
    except DrawingError:
        return BLANK


def number_text(ink: FloatArray, reader: DigitReader) -> str:
    """The result of reading a number."""
    segments = segmentation.segment_ink(ink, reader)
    images = [segment.stages.image for segment in segments if segment.role == "digit"]
    if not images:
        return ""
    return segmentation.number_text(segments, reader.logits(np.stack(images)).argmax(axis=1))


def edit_distance(first: str, second: str) -> int:
    """The number of characters to insert, delete or replace (Levenshtein 1966)."""
    distances = list(range(len(second) + 1))
    for number, character in enumerate(first, 1):
        before, distances[0] = distances[0], number
        for place, other in enumerate(second, 1):
            best = min(
                distances[place] + 1, distances[place - 1] + 1, before + (character != other)
            )
            before, distances[place] = distances[place], best
    return distances[-1]


# ---------------------------------------------------------------- what is no digit


def non_digits(folder: Path, reader: DigitReader, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Shares of what is no digit that are refused, by kind; those that look like digits apart."""
    drawings, arrays = read_strokes(folder / "nondigits.npz")
    images = np.stack(list(pool.map(drawn_image, drawings, chunksize=CHUNK)))
    _, refused = answers(images, reader)
    kinds, alike = arrays["label"], arrays["lookalike"].astype(bool)
    result = {}
    for kind in dict.fromkeys(kinds.tolist()):
        chosen = (kinds == kind) & ~alike
        result[str(kind)] = {
            "count": int(chosen.sum()),
            "refused": round(float(refused[chosen].mean()), 4),
            "lookalikes": int((kinds == kind).sum() - chosen.sum()),
            "least": _least_refused(arrays["name"][chosen], refused[chosen]),
        }
    return result


def _least_refused(names: np.ndarray, refused: np.ndarray) -> dict[str, float]:
    """The five names of which the smallest share is refused."""
    counts, hits = Counter(names.tolist()), Counter(names[refused].tolist())
    shares = {name: round(hits[name] / count, 3) for name, count in counts.items()}
    return dict(sorted(shares.items(), key=lambda item: item[1])[:5])


# ---------------------------------------------------------------- the table

PARTS = {"strokes": strokes, "photos": photos, "numbers": numbers, "non_digits": non_digits}


def table(found: dict[str, Any]) -> str:
    """The result as a text table."""
    lines = []
    for part in ("strokes", "photos"):
        if part in found:
            lines += [*_digit_lines(part, found[part]), ""]
    if "numbers" in found:
        row = found["numbers"]
        lines.append(f"{row['count']} numbers: {row['whole']:.1%} right as a whole")
        lines.append(f"their {row['digits']} digits: {row['digits_right']:.1%} right")
        lines += [f"  {file}: {' read as '.join(pair)}" for file, pair in row["wrong"].items()]
        lines.append("")
    for kind, row in found.get("non_digits", {}).items():
        least = ", ".join(f"{name} {share:.0%}" for name, share in row["least"].items())
        lines.append(
            f"{kind + ', no digits':<34}{row['count']:>6}{row['refused']:>9.1%} refused; {least}"
        )
    return "\n".join(lines).rstrip()


def _summary(found: dict[str, Any]) -> dict[str, Any]:
    """The result without what is said of single pictures."""
    left_out = ("wrong", "least", "low_groups", "refused_groups")
    return {
        part: _summary({key: row for key, row in value.items() if key not in left_out})
        if isinstance(value, dict)
        else value
        for part, value in found.items()
    }


def _digit_lines(part: str, found: dict[str, Any]) -> Iterable[str]:
    def line(name: str, score: dict[str, Any]) -> str:
        shares = "".join(f"{score[key]:>9.1%}" for key in ("right", "refused", "guessed"))
        return f"{name:<34}{score['count']:>6}{shares}"

    yield f"{'':<34}{'count':>6}{'right':>9}{'refused':>9}{'guessed':>9}"
    for name, score in found["rows"].items():
        yield line(name, score)
    group = "writers" if part == "strokes" else "groups"
    for name, score in found["groups"].items():
        yield line(f"  mean of {group}: {name}"[:33], score)
    for name, score in found["low_groups"].items():
        yield line(f"  under {MIN_SHARE:.0%}: {name}"[:33], score)
    for name, score in found["refused_groups"].items():
        share = f"{score['refused']:.1%} of {score['count']}"
        yield f"  over {MAX_REFUSED:.0%} refused: {name}, {share}"


if __name__ == "__main__":
    main()
