"""What is in a network, how good it is, and what it reads: `info`, `evaluate`, `predict`."""

import math
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mnistviz import runs, snapshots
from mnistviz.cli.options import (
    AsJson,
    BatchNorm,
    Channels,
    Dropout,
    RunArgument,
    changed_model,
    print_json,
)
from mnistviz.errors import DrawingError
from mnistviz.rows import FloatArray
from mnistviz.spec import ModelSpec


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


def evaluate(run: RunArgument, as_json: AsJson = False) -> None:
    """Accuracy, loss and confusion matrix of a run on the 10,000 test images."""
    found, step = snapshots.find(run)
    snapshots.read(found, step)

    from mnistviz import evaluation
    from mnistviz.data import load_mnist
    from mnistviz.model import Classifier, load

    data = load_mnist()
    classifier = Classifier(load(found, step))
    with typer.progressbar(length=len(data.x_test), label=run, file=sys.stderr) as progress:
        result = evaluation.evaluate(
            classifier, data.x_test, data.y_test, lambda done: progress.update(done - progress.pos)
        )
    if as_json:
        per_class = [None if math.isnan(value) else value for value in result.per_class.tolist()]
        print_json(
            {
                "run": run,
                "images": result.images,
                "accuracy": result.accuracy,
                "loss": result.loss,
                "per_class": per_class,
                "confusion": result.confusion.tolist(),
            }
        )
        return
    print(
        f"{run}: accuracy {result.accuracy:.2%}, loss {result.loss:.4f}, {result.images:,} images"
    )
    print("label".rjust(5) + "".join(f"{digit:>6}" for digit in range(10)) + "  right")
    for digit, (row, share) in enumerate(zip(result.confusion, result.per_class, strict=True)):
        print(f"{digit:>5}" + "".join(f"{count:>6}" for count in row) + f"{share:>7.1%}")


def predict(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pictures or strokes.")],
    run: Annotated[str, typer.Option(help="NAME or ID of a run, [:EPOCH].")] = runs.DEFAULT_RUN,
    as_json: AsJson = False,
) -> None:
    """Read the digit in pictures of any size, or in .json files of strokes."""
    found, step = snapshots.find(run)
    snapshots.read(found, step)
    # All files before the first answer: one that can't be read leaves no output.
    drawings = [read_drawing(file) for file in files]

    import numpy as np

    from mnistviz.model import Classifier, load

    classifier = Classifier(load(found, step))
    answers: list[dict[str, Any]] = []
    for file, (image, blank) in zip(files, drawings, strict=True):
        probabilities = None if blank else classifier.classify(image[np.newaxis])[0].tolist()
        guess = None if probabilities is None else int(np.argmax(probabilities))
        answers.append(
            {
                "file": str(file),
                "verdict": "blank" if blank else "digit",
                "digit": guess,
                "guess": guess,
                "probabilities": probabilities,
            }
        )
    if as_json:
        print_json(answers)
        return
    for answer in answers:
        if answer["probabilities"] is None:
            print(f"{answer['file']}: blank, no answer")
        else:
            print(f"{answer['file']}: {answer['digit']} ({max(answer['probabilities']):.1%})")


def read_drawing(file: Path) -> tuple[FloatArray, bool]:
    """The `(28, 28)` picture that the network sees of a file, and whether it is blank."""
    from mnistviz import drawing, strokes

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DrawingError(
            f"{file}: expected a picture or a .json of strokes, can't be read ({error.strerror})"
        ) from None
    try:
        if file.suffix.lower() == ".json":
            drawn = strokes.parse_strokes(raw.decode("utf-8", errors="replace"))
            ink = strokes.render(strokes.redraw(drawn))
        else:
            ink = drawing.read_picture(raw)
    except DrawingError as error:
        raise DrawingError(f"{file}: {error}") from None
    stages = drawing.normalise(ink)
    return stages.image, stages.blank
