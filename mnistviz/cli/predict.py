"""What is in a network, and what it reads: `info`, `predict`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnistviz.cli.number import read_file, read_numbers
from mnistviz.cli.options import AsJson, BatchNorm, Channels, Dropout, changed_model, print_json
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.runs import registry, snapshots

if TYPE_CHECKING:
    from mnistviz.evaluation.digit_reader import Reading


def info(
    channels: Channels = None,
    batch_norm: BatchNorm = None,
    dropout: Dropout = None,
    as_json: AsJson = False,
) -> None:
    """The layers of a network and the ledger of its parameters."""
    model = changed_model(ModelSpec(), channels, batch_norm, dropout)
    if as_json:
        print_json(
            {
                "parameters": {
                    "total": model.parameters,
                    "trainable": model.trainable,
                    "non_trainable": model.non_trainable,
                },
                "layers": [
                    {
                        "name": layer.name,
                        "type": layer.type,
                        "output_shape": list(layer.output_shape),
                        "parameters": layer.parameters,
                    }
                    for layer in model.layers
                ],
            }
        )
        return
    for layer in model.layers:
        shape = "×".join(str(length) for length in layer.output_shape)
        print(f"{layer.name:10}{layer.type:20}{shape:>10}{layer.parameters:>8,}")
    print(f"total {model.parameters:,}: {model.trainable:,} trainable, {model.non_trainable:,} not")


def predict(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pictures or strokes.")],
    run: Annotated[str, typer.Option(help="NAME or ID of a run, [:EPOCH].")] = registry.DEFAULT_RUN,
    number: Annotated[
        bool, typer.Option("--number", help="Cut several digits side by side and read them all.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the digit in pictures of any size, or in .json files of strokes, or refuse to."""
    snapshot = snapshots.find(run)
    snapshots.read(snapshot)
    if number:
        read_numbers(files, snapshot, as_json)
        return
    # All files before the first answer: one that can't be read leaves no output.
    drawings = [read_drawing(file) for file in files]

    from mnistviz.evaluation.digit_reader import DigitReader
    from mnistviz.evaluation.rejection_texts import TEXTS

    reader = DigitReader.load(snapshot)
    readings = [reader.read(image) for image, _ in drawings]
    if as_json:
        calibrated = reader.calibration is not None
        print_json(
            [
                {"file": str(file), **_as_json(reading), "calibrated": calibrated}
                for file, reading in zip(files, readings, strict=True)
            ]
        )
        return
    for file, reading in zip(files, readings, strict=True):
        text = TEXTS[reading.verdict].command_line
        print(
            f"{file}: {text.format(digit=reading.digit, probability=f'{reading.probability:.1%}')}"
        )


def _as_json(reading: "Reading") -> dict[str, Any]:
    """The answer to one drawing; a blank one has no most likely digit."""
    blank = reading.verdict == "blank"
    return {
        "digit": reading.digit if reading.verdict == "digit" else None,
        "verdict": reading.verdict,
        "guess": None if blank else reading.digit,
        "probabilities": None if blank else reading.probabilities.tolist(),
    }


def read_drawing(file: Path) -> tuple[FloatArray, bool]:
    """The `(28, 28)` picture that the network sees of a file, and whether it is blank."""
    from mnistviz.digits.drawing import preprocessing, strokes

    ink = read_file(file, lambda drawn: strokes.render(strokes.redraw(drawn)), lambda ink: ink)
    stages = preprocessing.normalise(ink)
    return stages.image, stages.blank
