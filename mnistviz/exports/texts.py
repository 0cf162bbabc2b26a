"""Sentences that several exports share."""

import textwrap

import mnistviz
from mnistviz.core.errors import ReportError
from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

WRITTEN_BY = f"Written by mnistviz {mnistviz.__version__}."

# Characters of a line in the head of a script.
WIDTH = 96


def epochs_text(snapshot: Snapshot) -> str:
    """The number of epochs of a snapshot, such as `20` or `0.25`."""
    epochs = snapshot.run.spec.train.epoch_at(snapshot.step)
    return f"{epochs:.4f}".rstrip("0").rstrip(".")


def subject(snapshot: Snapshot) -> str:
    """A sentence about the network of a snapshot."""
    run, model = snapshot.run, snapshot.run.spec.model
    return (
        f"The network of the run {run.name} after {epochs_text(snapshot)} epochs, "
        f"{layers_text(model)}, {model.parameters:,} parameters."
    )


def layers_text(model: ModelSpec) -> str:
    """The layers of a network in words: those of a channel plan by their channels."""
    return f"layers {model.text}" if model.network else f"channels {model.plan}"


def recipe_lines(run: Run) -> list[str]:
    """The settings of a run in words: network, epochs, and what its recipe changes."""
    model, train = run.spec.model, run.spec.train
    schedule = (
        f"a rate of {train.learning_rate:g} / (1 + {train.decay:g} · epoch)"
        if train.schedule == "decay"
        else f"a rate up to {train.learning_rate:g} and down to 0, one cycle"
    )
    named = layers_text(model)
    lines = [
        f"{named[0].upper()}{named[1:]}, {model.parameters:,} parameters, "
        f"{'with' if model.batch_norm else 'without'} batch normalization, "
        + (f"dropout {model.dropout:g}." if model.dropout else "no dropout."),
        f"{train.epochs} epochs on {train.num_trained:,} images in batches of {train.batch_size}, "
        f"Adam with {schedule}.",
        f"Validated on the last {train.held_out:,} training images; the test set is read at the "
        "end."
        if train.held_out
        else "Validated on the test set, after each epoch.",
    ]
    parts = [
        (train.augmentation, f"images turned, moved and stretched, {train.augmentation:g}"),
        (train.bend, f"images bent by {train.bend:g} pixels"),
        (train.ink, f"lines changed in a share of {train.ink:g}"),
        (train.label_smoothing, f"label smoothing {train.label_smoothing:g}"),
        (train.soft_labels, f"soft labels, share {train.soft_labels:g}"),
        (train.weight_average, f"averaged weights, {train.weight_average:g}"),
        (train.tablet_digits, f"{train.tablet_digits:,} tablet digits"),
        (train.pen_digits, f"{train.pen_digits:,} pen digits"),
    ]
    if changes := [text for value, text in parts if value]:
        lines.append(f"With {', '.join(changes)}.")
    return [textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in lines]


def shape_comment(layer: Layer) -> str:
    """A comment with the shape of a layer's output and its parameters."""
    shape = ", ".join(str(side) for side in layer.output_shape)
    comma = "," if len(layer.output_shape) == 1 else ""
    counted = f", {layer.parameters:,} parameters" if layer.parameters else ""
    return f"# ({shape}{comma}){counted}"


def unknown_layer(layer: Layer) -> ReportError:
    """The error for a layer that a format has no code for."""
    return ReportError(
        f"{layer.name}: expected a layer that this format has, got {layer.type}; choose another "
        "format"
    )
