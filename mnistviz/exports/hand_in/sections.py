"""The content of a hand-in. Every number is that of the run or of its network."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnistviz.charts.evaluation.confusion import confusion_figure
from mnistviz.charts.figure_files import write_grids
from mnistviz.charts.line_pictures import Line, lines_png
from mnistviz.charts.theme import TRAINING, VALIDATION
from mnistviz.charts.training.curves import points_of, training_figure
from mnistviz.core.constants import noun_of
from mnistviz.core.errors import RunError
from mnistviz.core.recipes import RECIPES
from mnistviz.core.run_spec import RunSpec
from mnistviz.core.statistics import accuracy_interval
from mnistviz.core.types.training import EpochRow, MetricRow
from mnistviz.digits.data_sets.library import data_of
from mnistviz.evaluation.scoring import evaluate
from mnistviz.exports import texts
from mnistviz.exports.hand_in.blocks import Block, Code, Picture, Section, Table, Text
from mnistviz.inspection.image.receptive_field import size_and_stride
from mnistviz.inspection.kernels.kernel_statistics import largest_weight
from mnistviz.runs import epoch_log, metrics_log, registry, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies.run_comparison import differences

# So many confusions are listed, the most frequent first.
NUM_CONFUSIONS = 10
CONFUSION_HEIGHT = 420
# The accuracy axis of the interactive figure starts this far below the lowest epoch.
AXIS_MARGIN = 0.005


def sections_of(snapshot: Snapshot) -> list[Section]:
    """Return the sections of the hand-in of a run, with the network of a snapshot.

    Raises `RunError` where the snapshot can't be read.
    """
    run = snapshot.run
    rows = metrics_log.read(run)
    epochs = epoch_log.epochs_of(rows, run.spec.train.steps_per_epoch)
    data = data_of(run.spec.data)
    result = evaluate(load(snapshot), data.x_test, data.y_test)
    return [
        Section("Approach", _approach(run)),
        Section("Score", _score(snapshot, rows, result.confusion)),
        Section("Training, epoch by epoch", _log(epochs)),
        Section("Curves", _curves(run, rows, epochs)),
        Section("The network", _layers(run)),
        Section("What it confuses", _confusions(result.confusion, run.spec.class_names)),
        Section("Kernels", _kernels(snapshot)),
        Section("All settings", _settings(run)),
    ]


# ---------------------------------------------------------------- what was done


def _approach(run: Run) -> list[Block]:
    lines = " ".join(line.replace("\n ", "") for line in texts.recipe_lines(run))
    parent_text, before = _parent(run)
    blocks: list[Block] = [Text(lines), Text(parent_text)]
    if before is not None:
        changed = differences(before, run.spec, _names())
        if changed:
            rows = [(each.setting, each.first, each.second) for each in changed]
            blocks.append(Table(("setting", "before", "here"), rows))
        else:
            blocks.append(Text("No setting was changed."))
    if run.note:
        blocks += [Text("Why, in the notes of the run:"), Text(run.note, quoted=True)]
    else:
        blocks.append(Text("The run has no notes that say why."))
    return blocks


def _parent(run: Run) -> tuple[str, RunSpec | None]:
    """A sentence on what the run began from, and the spec that it is compared with."""
    if (parent := run.spec.parent) is not None:
        try:
            found = registry.find_run(parent.run)
        except RunError:
            return (
                f"It began from the weights of another run, {parent.run}, after step "
                f"{parent.step:,}; that run is not here any more.",
                None,
            )
        after = texts.epochs_text(Snapshot(found, parent.step))
        return (
            f"It began from the weights of the run {found.name} after {after} epochs. Changed "
            "from that run:",
            found.spec,
        )
    recipe = RECIPES.get(run.spec.recipe)
    if recipe is None:
        return "It began from random weights.", None
    before = run.spec.changed(model=recipe.model, train=recipe.train)
    return f"It began from random weights. Changed from the recipe {recipe.name}:", before


def _names() -> dict[str, str]:
    return {run.id: run.name for run in registry.list_runs()}


# ---------------------------------------------------------------- what came of it


def _score(
    snapshot: Snapshot, rows: Sequence[MetricRow], confusion: NDArray[np.int64]
) -> list[Block]:
    run = snapshot.run
    validation, test = metrics_log.last_results(run, rows)
    total, right = int(confusion.sum()), int(np.trace(confusion))
    low, high = accuracy_interval(right, total)
    on_test = run.spec.train.validated_on == "test"
    reads = sum(row.split == ("validation" if on_test else "test") for row in rows)
    table = [
        ("Accuracy on the test set, in the log of the run", _percent(test)),
        ("Loss on the test set, in the log of the run", f"{test.loss:.4f}" if test else "none"),
        ("How often the run read the test set", f"{reads:,}"),
        ("Accuracy on held-out images", "none held out" if on_test else _percent(validation)),
        ("Parameters", f"{run.spec.model.parameters:,}"),
        ("Trainable parameters", f"{run.spec.model.trainable:,}"),
        (
            f"The network of this hand-in, after {texts.epochs_text(snapshot)} epochs",
            f"{right:,} of {total:,} test images right, {right / total:.2%}",
        ),
        ("95 % interval (Wilson)", f"{low:.2%} to {high:.2%}"),
    ]
    how = (
        "The run validated on the test set after each epoch, as its recipe does: a best epoch "
        "chosen by it is not an unbiased score."
        if on_test
        else "Nothing was chosen by the test set: the run validated on held-out training images."
    )
    return [
        Table(("", "value"), table),
        Text(f"{how} This hand-in reads the test set once more, for the table of confusions."),
    ]


def _percent(row: MetricRow | None) -> str:
    return f"{row.accuracy:.2%}" if row else "none yet"


def _log(epochs: Sequence[EpochRow]) -> list[Block]:
    if not epochs:
        return [Text("No epoch was completed.")]
    header = (
        "epoch",
        "learning rate",
        "loss",
        "accuracy",
        "validation loss",
        "validation accuracy",
        "seconds",
    )
    rows = [
        (
            str(row.epoch),
            f"{row.learning_rate:.6g}",
            f"{row.loss:.4f}",
            f"{row.accuracy:.2%}",
            f"{row.val_loss:.4f}",
            f"{row.val_accuracy:.2%}",
            f"{row.seconds:.1f}",
        )
        for row in epochs
    ]
    return [Table(header, rows)]


def _curves(run: Run, rows: Sequence[MetricRow], epochs: Sequence[EpochRow]) -> list[Block]:
    if not epochs:
        return [Text("No epoch was completed.")]
    steps, numbers = run.spec.train.steps_per_epoch, [row.epoch for row in epochs]
    lowest = min(min(row.accuracy, row.val_accuracy) for row in epochs)
    blocks: list[Block] = []
    for measure, values in (
        ("accuracy", [(row.accuracy, row.val_accuracy) for row in epochs]),
        ("loss", [(row.loss, row.val_loss) for row in epochs]),
    ):
        lines = [
            Line("training", TRAINING, numbers, [training for training, _ in values]),
            Line("validation", VALIDATION, numbers, [validation for _, validation in values]),
        ]
        figure = training_figure(
            "loss" if measure == "loss" else "accuracy",
            points_of(rows),
            [],
            steps,
            num_epochs=run.spec.train.epochs,
            accuracy_from=max(0.0, lowest - AXIS_MARGIN),
        )
        png = lines_png(lines, "epoch", measure, log=measure == "loss")
        shows = f"The {measure} on the training and on the validation images over the epochs."
        blocks += [Picture(measure, shows, png, figure), Text(shows)]
    return blocks


# ---------------------------------------------------------------- the network


def _layers(run: Run) -> list[Block]:
    model = run.spec.model
    header = ("layer", "type", "output", "parameters", "multiply-accumulates", "receptive field")
    rows = []
    for layer in model.layers:
        size, _ = size_and_stride(model, layer.name)
        activation = " + ReLU" if layer.relu else ""
        shape = "×".join(str(side) for side in layer.output_shape)
        counts = (f"{layer.parameters:,}", f"{layer.multiply_accumulates:,}", f"{size}×{size}")
        rows.append((layer.name, layer.type + activation, shape, *counts))
    totals = (f"{model.parameters:,}", f"{model.multiply_accumulates:,}", "")
    rows.append(("total", "", "", *totals))
    return [
        Table(header, rows),
        Text("The receptive field is the square of the image that a value depends on, in pixels."),
    ]


def _confusions(confusion: NDArray[np.int64], names: tuple[str, ...]) -> list[Block]:
    off = confusion - np.diag(np.diag(confusion))
    order = np.argsort(-off, axis=None, kind="stable")[:NUM_CONFUSIONS]
    pairs = [np.unravel_index(place, off.shape) for place in order]
    most = [
        (f"{names[label]} read as {names[answer]}", f"{off[label, answer]:,}")
        for label, answer in pairs
    ]
    header = ("is \\ read as", *names)
    rows = [
        (name, *(f"{count:,}" for count in row)) for name, row in zip(names, confusion, strict=True)
    ]
    blocks: list[Block] = [Text(f"{off.sum():,} of the {confusion.sum():,} test images are wrong.")]
    figure = confusion_figure(confusion, CONFUSION_HEIGHT, names)
    what = f"How often each {noun_of(names)} is read as each."
    blocks.append(Picture("confusions", what, b"", figure))
    blocks += [Table(header, rows), Text("The most frequent confusions:")]
    found = [pair for pair in most if pair[1] != "0"]
    return [*blocks, Table(("confusion", "images"), found)] if found else blocks[:-1]


def _kernels(snapshot: Snapshot) -> list[Block]:
    weights = snapshots.read(snapshot)
    grids = [
        (
            f"{layer.name}: a row for each input, a column for each output",
            np.moveaxis(weights[layer.name]["kernel"], (2, 3), (0, 1)),
            True,
        )
        for layer in snapshot.run.spec.model.convolutions
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kernels.png"
        write_grids(file, grids, "layer", largest_weight(weights))
        png = file.read_bytes()
    shows = (
        "All kernels: orange is positive, blue negative, full colour the largest weight of the "
        "layer."
    )
    return [Picture("kernels", shows, png), Text(shows)]


def _settings(run: Run) -> list[Block]:
    spec = json.dumps(run.spec.model_dump(mode="json"), indent=1)
    return [Text("As stored in the run's `spec.json`:"), Code("json", spec)]
