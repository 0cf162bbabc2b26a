"""Read digits and numbers in files: `predict`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnistviz.cli.drawings import read_drawing, read_file
from mnistviz.cli.options import AsJson, find_snapshot
from mnistviz.cli.output import print_json
from mnistviz.core.errors import SpecError
from mnistviz.runs import registry

if TYPE_CHECKING:
    from mnistviz.core.types.arrays import FloatArray
    from mnistviz.digits.drawing.segmentation import Segment
    from mnistviz.evaluation.digit_reader import DigitReader, Reading
    from mnistviz.evaluation.second_look import SecondLook
    from mnistviz.runs.snapshots import Snapshot

    # Cuts a drawing into digits with a reader.
    Cutter = Callable[[DigitReader], list[Segment]]


def predict(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pictures or strokes.")],
    run: Annotated[str, typer.Option(help="NAME or ID of a run, [:EPOCH].")] = registry.DEFAULT_RUN,
    number: Annotated[
        bool,
        typer.Option("--number", help="Cut several digits side by side and read them all."),
    ] = False,
    second_look: Annotated[
        bool,
        typer.Option("--second-look", help="Also read slanted, turned and resized versions."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the digit in pictures of any size, or in .json files of strokes, or refuse to."""
    if number and second_look:
        raise SpecError("second-look: expected one digit a file, got --number")
    snapshot = find_snapshot(run)
    # All files before the first answer: one that can't be read leaves no output.
    images = [] if number else [read_drawing(file)[0] for file in files]
    cutters = [_cutter(file) for file in files] if number else []

    from mnistviz.evaluation.digit_reader import DigitReader

    reader = DigitReader.load(snapshot)
    if number:
        _print_numbers(files, [_read_number(reader, cutter) for cutter in cutters], as_json)
    else:
        readings = [reader.read(image) for image in images]
        looks = _second_looks(reader, snapshot, images) if second_look else [None] * len(images)
        _print_digits(files, readings, looks, reader.calibration is not None, as_json)


def _second_looks(
    reader: DigitReader, snapshot: Snapshot, images: Sequence[FloatArray]
) -> list[SecondLook | None]:
    """The second look at each image `(28, 28)`."""
    from mnistviz.evaluation import second_look

    fitted = second_look.calibration_of(snapshot, reader.network)
    return [second_look.read(reader.network, fitted, image) for image in images]


def _print_digits(
    files: Sequence[Path],
    readings: Sequence[Reading],
    looks: Sequence[SecondLook | None],
    calibrated: bool,
    as_json: bool,
) -> None:
    rows = list(zip(files, readings, looks, strict=True))
    if as_json:
        print_json(
            [
                {"file": file, **_as_value(reading), "calibrated": calibrated, **_as_second(look)}
                for file, reading, look in rows
            ]
        )
        return
    for file, reading, look in rows:
        if look is None or reading.verdict == "blank":
            print(f"{file}: {_answer(reading)}")
        else:
            second = f"second look: {_answer(look.reading)}, {look.votes_text}"
            print(f"{file}: {second}; single look: {_answer(reading)}")


def _answer(reading: Reading) -> str:
    from mnistviz.evaluation.rejection_texts import TEXTS

    values = {"digit": reading.digit, "probability": f"{reading.probability:.1%}"}
    return TEXTS[reading.verdict].command_line.format(**values)


def _as_second(look: SecondLook | None) -> dict[str, Any]:
    """The second look as JSON, with the answer to each version."""
    if look is None:
        return {}
    return {"second_look": {**_as_value(look.reading), "versions": list(look.digits)}}


def _as_value(reading: Reading) -> dict[str, Any]:
    """The answer to one drawing as JSON; a blank one has no most likely digit."""
    blank = reading.verdict == "blank"
    return {
        "digit": reading.digit if reading.verdict == "digit" else None,
        "verdict": reading.verdict,
        "guess": None if blank else reading.digit,
        "probabilities": None if blank else reading.probabilities.tolist(),
    }


def _cutter(file: Path) -> Cutter:
    """The function that cuts the drawing in a file into digits."""
    from mnistviz.digits.drawing.pictures import find_ink
    from mnistviz.digits.drawing.segmentation import segment_ink, segment_strokes

    return read_file(
        file,
        lambda drawn: lambda reader: segment_strokes(drawn, reader),
        lambda colours: lambda reader: segment_ink(find_ink(colours, several=True), reader),
    )


def _read_number(reader: DigitReader, cutter: Cutter) -> list[tuple[Segment, Reading | None]]:
    """The parts of a number; those that are no digit have no reading."""
    return [
        (cut, reader.read(cut.stages.image) if cut.role == "digit" else None)
        for cut in cutter(reader)
    ]


def _print_numbers(
    files: Sequence[Path], numbers: Sequence[list[tuple[Segment, Reading | None]]], as_json: bool
) -> None:
    """Print the number in each file, with its digits from left to right."""
    from mnistviz.evaluation.rejection_texts import TEXTS

    values = [_number_value(file, digits) for file, digits in zip(files, numbers, strict=True)]
    if as_json:
        print_json(values)
        return
    for value in values:
        if value["number"] is None:
            print(f"{value['file']}: {TEXTS['blank'].command_line}")
            continue
        # A part of a number is read in any case, as the parts beside it suggest a digit.
        probabilities = ", ".join(
            f"{max(digit['probabilities']):.1%}{TEXTS[digit['verdict']].command_line_suffix}"
            for digit in value["digits"]
        )
        omitted = f"; {value['left_out']} marks left out" if value["left_out"] else ""
        print(f"{value['file']}: {value['number']} ({probabilities}){omitted}")


def _number_value(file: Path, parts: Sequence[tuple[Segment, Reading | None]]) -> dict[str, Any]:
    """The number in one file as JSON: its text with signs, and its digits."""
    from mnistviz.digits.drawing.segmentation import number_text

    digits = [(cut, reading) for cut, reading in parts if reading is not None]
    text = number_text([cut for cut, _ in parts], [reading.digit for _, reading in digits])
    return {
        "file": file,
        "verdict": "number" if digits else "blank",
        "number": text if digits else None,
        "left_out": sum(cut.role == "left_out" for cut, _ in parts),
        "digits": [
            {
                "digit": reading.digit,
                "verdict": reading.verdict,
                "probabilities": reading.probabilities.tolist(),
                "box": [round(float(edge), 1) for edge in cut.box],
                "line": cut.line,
            }
            for cut, reading in digits
        ],
    }
