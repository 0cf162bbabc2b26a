"""The progress of a training on the Train page: curves, watched digits, a table of epochs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from mnistviz.core.constants import DIGIT_NAMES, NUM_FIXED_TRAIN, NUM_SAMPLED
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import ByteArray
from mnistviz.core.types.training import EpochRow, MetricRow, WatchedAnswers
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import to_input, watched_digits
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.registry import Run
from mnistviz.studies import challenge
from mnistviz.studies.training_loss import is_logged
from mnistviz.texts import _
from mnistviz.ui.shared.charts import CurveOptions, show, show_curves
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.texts import validated_on_text
from mnistviz.ui.shared.training import run_logs, training_images
from mnistviz.ui.shared.words.explained import explained_caption
from mnistviz.ui.train.distributions_view import show_distributions

TABLE_COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy")
PUBLISHED, HERE, DIFFERENCE = _("published"), _("here"), _("difference")
# A training diverges if it reads so many fewer of the watched digits right than before, at an
# average probability of at least this.
MANY_FEWER, CERTAIN = 5, 0.6
ACCURACY_AXES = {0.0: "0–100 %", 0.9: "90–100 %", 0.98: "98–100 %"}


def show_progress_curves(run: Run, rows: Sequence[MetricRow]) -> None:
    """Show the curves, the watched digits and one more view, with widgets that set the axes."""
    spec = run.spec.train
    compared = training_images.with_training_images(run, rows)
    alike = is_logged(compared)
    curves, guesses, more = st.container(), st.container(), st.container()
    goal = challenge.goal()
    options = _choose_options(run, rows, alike=alike, target=goal.accuracy if goal else None)
    with curves:
        if goal:
            outcome = challenge.outcome_of(goal, run, rows)
            explained_caption(
                _("**The goal**: {goal}. This run: {outcome}.").format(
                    goal=goal.text, outcome=outcome.text
                )
            )
        explained_caption(
            _(
                "Look how fast the loss falls at first, and whether validation (orange) keeps up "
                "with training (blue). Validated on {validated_on}. "
            ).format(validated_on=validated_on_text(spec))
            + ("" if run.spec.data else _("Grey is the original author's run. "))
            + f"{measured_text(spec, alike=alike, while_learning=options.while_learning)}"
        )
        show_curves(run, compared, spec.epochs, options)
        if not alike:
            training_images.offer_to_measure(run, rows)
    with guesses:
        _show_guesses(run)
    with more:
        _show_more(run, compared)


def _choose_options(
    run: Run, rows: Sequence[MetricRow], *, alike: bool, target: float | None
) -> CurveOptions:
    """Show the widgets that set the axes; return what they hold.

    `alike`: training images are measured like the validation. `target` is the accuracy of a goal.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        validated = last_row(rows, "validation")
        axis = pick(
            _("Accuracy axis"),
            ACCURACY_AXES,
            f"accuracy_axis_{run.id}",
            0.9 if validated and validated.epoch > 3 else 0.0,
        )
        loss_axis = pick(
            _("Loss axis"), {"log": _("log"), "linear": _("linear")}, "loss_axis", "log"
        )
        smoothing = st.slider(
            _("Smoothing"),
            0.0,
            0.98,
            0.0,
            0.02,
            key="smoothing",
            width=180,
            help=_("Smooths the thin training curve; the raw one stays behind it, pale."),
        )
        while_learning = st.toggle(
            _("While it learns"),
            # A first epoch has nothing else yet.
            value=not alike,
            key=f"while_learning_{run.id}",
            help=_(
                "Also the training images at the moment in which the network learns from them, "
                "batch by batch: with a part of it switched off (dropout), and with the changed "
                "images and labels of its recipe."
            ),
        )
    return CurveOptions(
        axis,
        loss_axis == "log",
        smoothing,
        _rates_by_hand(run),
        while_learning=while_learning,
        target=target,
    )


def _rates_by_hand(run: Run) -> list[tuple[int, float | None]]:
    """The steps at which a person set the learning rate, with the rate."""
    return [
        (event["step"], event["learning_rate"])
        for event in run_logs.events(run)
        if event["event"] == "learning_rate"
    ]


def measured_text(spec: TrainSpec, *, alike: bool, while_learning: bool) -> str:
    """Return how the training curves are measured, and whether they compare with validation."""
    sentences = []
    if alike:
        sentences.append(
            _("**Both are measured alike**: images as they are, the whole network, the plain loss.")
        )
    if while_learning:
        reasons = []
        if spec.augmentation or spec.bend or spec.ink:
            reasons.append(_("with changed images, which are harder"))
        if spec.label_smoothing or spec.soft_labels:
            reasons.append(_("with the loss of softer labels"))
        # Without dropout and changes, the two differ little.
        how = " and ".join(reasons) or _("while a part of the network may be switched off")
        sentences.append(
            _(
                "The thin line and the dots are measured **while it learns**: {how}. So they do "
                "not compare with validation."
            ).format(how=how)
        )
    return " ".join(sentences)


def _show_guesses(run: Run) -> None:
    """Show the watched test digits and the network's latest answers."""
    guesses = run_logs.guesses(run)
    if not guesses:
        return
    from mnistviz.charts.training.watched_digits import watched_digits_image

    data, names = data_of(run.spec.data), run.spec.class_names
    chosen = watched_digits(data.y_test, len(names))
    last = guesses[-1]
    labels = data.y_test[chosen]
    right = sum(int(digit == label) for digit, label in zip(last.digits, labels, strict=True))
    noun = "digits" if names == DIGIT_NAMES else "images"
    explained_caption(
        _(
            "The same {count} test {noun}, read again and again. After step {step:,} it reads "
            "**{right}** of them right. Its answers have a probability of {probabilities:.0%} on "
            "average (not calibrated)."
        ).format(
            count=len(labels),
            noun=noun,
            step=last.step,
            right=right,
            probabilities=sum(last.probabilities) / len(labels),
        )
    )
    if text := divergence_text(guesses, labels):
        st.warning(text)
    st.image(
        watched_digits_image(to_input(data.x_test[chosen]), labels, last.digits, class_names=names),
        alt=_("{count} test images with what the network reads; {right} are right").format(
            count=len(labels), right=right
        ),
    )


def divergence_text(guesses: Sequence[WatchedAnswers], labels: ByteArray) -> str:
    """Return a sentence where the answers got worse while they stayed certain, else empty."""
    right = [
        sum(int(digit == label) for digit, label in zip(each.digits, labels, strict=True))
        for each in guesses
    ]
    certain = sum(guesses[-1].probabilities) / len(labels) >= CERTAIN
    if not certain or max(right) - right[-1] < MANY_FEWER:
        return ""
    return _(
        "It reads {now} of these digits right, where it read {before} before, and is still "
        "certain. The steps are too large: set a smaller learning rate."
    ).format(now=right[-1], before=max(right))


def _show_more(run: Run, rows: Sequence[MetricRow]) -> None:
    """Show the view that is chosen: one of the charts of the epochs, or their table."""
    # The gap is that of the training images which were scored, few or many.
    scored = [
        replace(row, split="fixed_train") if row.split == "train_sample" else row for row in rows
    ]
    epochs = epochs_of(scored, run.spec.train.steps_per_epoch)
    view = pick(_("More about this run"), [*EPOCH_CHARTS, DISTRIBUTIONS, _("Table")], "train_more")
    if view == DISTRIBUTIONS:
        show_distributions(run)
        return
    if view in EPOCH_CHARTS:
        EPOCH_CHARTS[view](run.spec.train, rows, epochs)
        return
    explained_caption(
        _(
            "Loss and accuracy of each epoch: in the original author's run on MNIST, in this run, "
            "and the difference. The training values are means over the epoch, taken while it "
            "learned."
        )
    )
    formats = {PUBLISHED: "%.4f", HERE: "%.4f", DIFFERENCE: "%+.4f"}
    numbers = {
        f"{column} {kind}": st.column_config.NumberColumn(format=number_format)
        for column in TABLE_COLUMNS
        for kind, number_format in formats.items()
    }
    st.dataframe(
        epoch_table(
            epochs,
            () if run.spec.data else epochs_of(run_logs.published_log(), steps_per_epoch=1),
        ),
        hide_index=True,
        column_config={**numbers, _("seconds"): st.column_config.NumberColumn(format="%.1f")},
        alt=_("Loss and accuracy of each epoch, published, of this run, and the difference"),
    )


# The charts import Plotly when they are drawn: it takes longer than the page's heading.


def _show_gap(spec: TrainSpec, rows: Sequence[MetricRow], epochs: Sequence[EpochRow]) -> None:
    from mnistviz.charts.training.epochs import epoch_gap_figure

    explained_caption(
        _(
            "The gap: how much better it is on images it was trained on than on images it never "
            "saw. If the gap grows, the network is memorising its pictures (overfitting)."
        )
        + _scored_text(spec, epochs)
    )
    show(epoch_gap_figure(epochs, spec.epochs), "gap", _("Gap between training and validation"))


def _scored_text(spec: TrainSpec, epochs: Sequence[EpochRow]) -> str:
    """Return on how many training images the gap is measured, if it is."""
    if all(row.gap is None for row in epochs):
        return _(" This run has only the estimate from the training log.")
    count = min(NUM_FIXED_TRAIN if spec.measure_gap else NUM_SAMPLED, spec.num_images)
    return _(" It is measured on {count:,} of the training images.").format(count=count)


def _show_rates(spec: TrainSpec, rows: Sequence[MetricRow], epochs: Sequence[EpochRow]) -> None:
    from mnistviz.charts.training.epochs import learning_rate_figure

    explained_caption(_("How large a step each batch may make. Small steps late find the bottom."))
    figure = learning_rate_figure(rows, spec.steps_per_epoch, spec.epochs)
    show(figure, "rates", _("Learning rate over the epochs"))


def _show_seconds(spec: TrainSpec, rows: Sequence[MetricRow], epochs: Sequence[EpochRow]) -> None:
    from mnistviz.charts.training.epochs import epoch_seconds_figure

    explained_caption(_("Seconds an epoch with its validation. Other programs slow it down."))
    show(epoch_seconds_figure(epochs, spec.epochs), _("seconds"), _("Seconds of each epoch"))


# By the name of the view. A new chart is a line here.
DISTRIBUTIONS = _("Distributions")
EPOCH_CHARTS = {_("Gap"): _show_gap, _("Learning rate"): _show_rates, _("Time"): _show_seconds}


def epoch_table(epochs: Sequence[EpochRow], published: Sequence[EpochRow]) -> pd.DataFrame:
    """The table with a row for each epoch: published values, those of the run, differences."""
    published_by_epoch = {row.epoch: row for row in published}
    lines: list[dict[str, Any]] = []
    for row in epochs:
        line: dict[str, Any] = {_("epoch"): row.epoch}
        for column in TABLE_COLUMNS:
            here = getattr(row, column)
            reference = getattr(published_by_epoch.get(row.epoch), column, None)
            line[f"{column} {PUBLISHED}"] = reference
            line[f"{column} {HERE}"] = here
            line[f"{column} {DIFFERENCE}"] = None if reference is None else here - reference
        lines.append({**line, _("seconds"): row.seconds})
    return pd.DataFrame(lines)
