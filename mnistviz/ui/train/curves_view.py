"""What a training has done so far, as the Train page draws it: curves, digits, a table."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import EpochRow, MetricRow
from mnistviz.digits.mnist import load_mnist, to_input, watched_digits
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.registry import Run
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import CurveOptions, show, show_curves
from mnistviz.ui.shared.texts import validated_on_text

ACCURACY_AXES = {0.0: "0–100 %", 0.9: "90–100 %", 0.98: "98–100 %"}


def show_progress_curves(run: Run, rows: Sequence[MetricRow]) -> None:
    """Curves, watched digits and one more view, with the choices of how to draw them."""
    spec = run.spec.train
    curves, guesses, more = st.container(), st.container(), st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        validated = last_row(rows, "validation")
        axis: float = st.segmented_control(
            "Accuracy axis",
            list(ACCURACY_AXES),
            default=0.9 if validated and validated.epoch > 3 else 0.0,
            format_func=lambda axis: ACCURACY_AXES[axis],
            key=f"accuracy_axis_{run.id}",
            required=True,
        )
        loss_axis = st.segmented_control(
            "Loss axis", ["log", "linear"], default="log", key="loss_axis", required=True
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.98,
            0.0,
            0.02,
            key="smoothing",
            width=180,
            help="Smooths the thin training curve; the raw one stays behind it, pale.",
        )
    changes = [
        (event["step"], event["learning_rate"])
        for event in loaders.events(run)
        if event["event"] == "learning_rate"
    ]
    options = CurveOptions(axis, loss_axis == "log", smoothing, changes)
    with curves:
        st.caption(
            "Look how fast the loss falls within the first epoch, and whether validation (orange) "
            f"keeps up with training (blue). Validated on {validated_on_text(spec)}. "
            "Grey is the published log." + _harder_text(spec)
        )
        show_curves(run, rows, spec.epochs, options)
    with guesses:
        _show_guesses(run)
    with more:
        _show_more(run, rows)


def _harder_text(spec: TrainSpec) -> str:
    """Why a training curve lies where it lies, when the recipe makes the training harder."""
    reasons = []
    if spec.augmentation or spec.bend:
        reasons.append("moves and bends the images it learns from")
    if spec.label_smoothing:
        reasons.append("never lets it be quite sure of a label")
    if not reasons:
        return ""
    return (
        f" This training {' and '.join(reasons)}: its training loss stays above that of "
        "validation, and is no sign of trouble."
    )


def _show_guesses(run: Run) -> None:
    """Twenty test digits and what the network reads now."""
    found = loaders.guesses(run)
    if not found:
        return
    from mnistviz.charts.training.watched_digits import watched_digits_image

    data = load_mnist()
    chosen = watched_digits(data.y_test)
    last = found[-1]
    labels = data.y_test[chosen]
    right = sum(int(digit == label) for digit, label in zip(last.digits, labels, strict=True))
    st.caption(
        f"The same {len(labels)} test digits, read again and again: after step {last.step:,} it "
        f"reads **{right}** of them right and is "
        f"{sum(last.probabilities) / len(labels):.0%} sure of its answers on average."
    )
    st.image(
        watched_digits_image(to_input(data.x_test[chosen]), labels, last.digits),
        alt=f"{len(labels)} test digits with what the network reads; {right} are right",
    )


def _show_more(run: Run, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    epochs = epochs_of(rows, spec.steps_per_epoch)
    view = st.segmented_control(
        "More about this run",
        ["Gap", "Learning rate", "Time", "Table"],
        default="Gap",
        key="train_more",
        required=True,
    )
    # Imported here: Plotly takes longer than the page's heading.
    from mnistviz.charts.training.epochs import (
        epoch_gap_figure,
        epoch_seconds_figure,
        learning_rate_figure,
    )

    match view:
        case "Gap":
            st.caption(
                "The gap: how much better it is on images it was trained on than on images it "
                "never saw. Look whether it grows: then it learns by heart."
                + ("" if spec.measure_gap else " This run didn't measure it with dropout off.")
            )
            show(
                epoch_gap_figure(epochs, spec.epochs), "gap", "Gap between training and validation"
            )
        case "Learning rate":
            st.caption("How large a step each batch may make. Small steps late find the bottom.")
            figure = learning_rate_figure(rows, spec.steps_per_epoch, spec.epochs)
            show(figure, "rates", "Learning rate over the epochs")
        case "Time":
            st.caption("Seconds an epoch with its validation. Other programs slow it down.")
            show(epoch_seconds_figure(epochs, spec.epochs), "seconds", "Seconds of each epoch")
        case _:
            _show_table(epochs)


def _show_table(epochs: Sequence[EpochRow]) -> None:
    published = {row.epoch: row for row in epochs_of(loaders.published_log(), steps_per_epoch=1)}
    columns = ("loss", "accuracy", "val_loss", "val_accuracy")
    lines: list[dict[str, Any]] = []
    for row in epochs:
        line: dict[str, Any] = {"epoch": row.epoch}
        beside = published.get(row.epoch)
        for column in columns:
            mine = getattr(row, column)
            theirs = getattr(beside, column) if beside else None
            line[f"{column} published"] = theirs
            line[f"{column} here"] = mine
            line[f"{column} difference"] = None if theirs is None else mine - theirs
        line["seconds"] = row.seconds
        lines.append(line)
    st.caption(
        "Each epoch as the published log prints it: loss and accuracy in training (running mean, "
        "dropout on) and in validation, beside this run's, and this run's minus the published."
    )
    numbers = {
        f"{column} {kind}": st.column_config.NumberColumn(
            format="%+.4f" if kind == "difference" else "%.4f"
        )
        for column in columns
        for kind in ("published", "here", "difference")
    }
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        column_config={**numbers, "seconds": st.column_config.NumberColumn(format="%.1f")},
        alt="Loss and accuracy of each epoch, published, of this run, and the difference",
    )
