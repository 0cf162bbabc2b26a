"""`predict --number`: several digits in one drawing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mnistviz.cli.options import print_json
from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    from mnistviz.digits.drawing.segmentation import Cut

Read = TypeVar("Read")


def read_file(
    file: Path, of_strokes: Callable[[Strokes], Read], of_picture: Callable[[FloatArray], Read]
) -> Read:
    """What is made of a .json file's strokes or of a picture's ink.

    Raises `DrawingError` with the file's name.
    """
    from mnistviz.digits.drawing import preprocessing, strokes

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DrawingError(
            f"{file}: expected a picture or a .json of strokes, can't be read ({error.strerror})"
        ) from None
    try:
        if file.suffix.lower() == ".json":
            return of_strokes(strokes.parse_strokes(raw.decode("utf-8", errors="replace")))
        return of_picture(preprocessing.read_picture(raw))
    except DrawingError as error:
        raise DrawingError(f"{file}: {error}") from None


Cutter = Callable[[Callable[[FloatArray], FloatArray]], "list[Cut]"]


def _strokes(drawn: Strokes) -> Cutter:
    from mnistviz.digits.drawing.segmentation import cut_strokes

    return lambda read: cut_strokes(drawn, read)


def _ink(ink: FloatArray) -> Cutter:
    from mnistviz.digits.drawing.segmentation import cut_ink

    return lambda read: cut_ink(ink, read)


def read_numbers(files: Sequence[Path], snapshot: Snapshot, as_json: bool) -> None:
    """Print the number in each file, with its digits from left to right."""
    # All files before the first answer: one that can't be read leaves no output.
    drawings = [read_file(file, _strokes, _ink) for file in files]

    from mnistviz.evaluation.digit_reader import DigitReader
    from mnistviz.evaluation.rejection_texts import TEXTS

    reader = DigitReader.load(snapshot)
    answers: list[dict[str, Any]] = []
    for file, drawn in zip(files, drawings, strict=True):
        cuts = drawn(reader.logits)
        digits = []
        for cut in cuts:
            reading = reader.read(cut.stages.image)
            digits.append(
                {
                    "digit": reading.digit,
                    "verdict": reading.verdict,
                    "probabilities": reading.probabilities.tolist(),
                    "box": [round(float(edge), 1) for edge in cut.box],
                }
            )
        answers.append(
            {
                "file": str(file),
                "verdict": "number" if digits else "blank",
                "number": "".join(str(one["digit"]) for one in digits) or None,
                "digits": digits,
            }
        )
    if as_json:
        print_json(answers)
        return
    for answer in answers:
        if answer["number"] is None:
            print(f"{answer['file']}: {TEXTS['blank'].command_line}")
            continue
        sure = ", ".join(
            f"{max(one['probabilities']):.1%}{TEXTS[one['verdict']].command_line_suffix}"
            for one in answer["digits"]
        )
        print(f"{answer['file']}: {answer['number']} ({sure})")
