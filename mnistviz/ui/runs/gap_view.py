"""The gap: five trainings that show what dropout and batch normalization do."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.types.training import EpochRow
from mnistviz.runs import metadata, registry
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES
from mnistviz.runs.run_summary import Summary, summarise
from mnistviz.runs.run_table import page_row
from mnistviz.studies import generalization_gap
from mnistviz.studies.generalization_gap import GAP_TRAININGS, GapSet
from mnistviz.texts import _
from mnistviz.training import launcher
from mnistviz.ui.runs.runs_table import show_table
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.texts import state_badge
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.words.explained import explained, explained_caption

MESSAGE = "gap_message"
EPOCHS_KEY, SEED_KEY = "gap_epochs", "gap_seed"


def start_all() -> None:
    """Start the five trainings with what the form holds when the button is pressed."""

    def start() -> None:
        entered = st.session_state
        train = generalization_gap.training_of(entered[EPOCHS_KEY], entered[SEED_KEY])
        taken = registry.taken_names()
        for training in GAP_TRAININGS:
            name = metadata.numbered_name(training.name, taken)
            launcher.start(generalization_gap.RECIPE, training.model, train, name)

    flash.run(MESSAGE, start)


def show_gap(runs: Sequence[Run], seconds_per_epoch: float) -> None:
    """Show the chart and table of a set of five trainings, and the form that trains a new one."""
    explained(
        _("What do **dropout** and **batch normalization** do? {gap_text}").format(
            gap_text=generalization_gap.GAP_TEXT
        )
    )
    sets = generalization_gap.sets_of(runs)
    number = 0
    if len(sets) > 1:
        number = st.selectbox(
            _("Trainings"),
            range(len(sets)),
            format_func=lambda number: sets[number].title,
            key="gap_set",
        )
    show_set(sets[number])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = _setting_input("epochs", generalization_gap.training_of().epochs, EPOCHS_KEY)
        _setting_input("seed", 1, SEED_KEY)
        text = _("One trains at a time, the others wait. You can close the tab.")
        button(_("Train the five"), "play_arrow", start_all, key="gap_start", help=text)
    minutes = len(GAP_TRAININGS) * epochs * seconds_per_epoch / 60
    explained_caption(
        _(
            "Takes about {minutes} minutes on the machine that made the bundled run. The chart "
            "grows with every epoch."
        ).format(minutes=max(1, round(minutes)))
    )
    flash.show(MESSAGE, once=True)


def _setting_input(name: str, value: int, key: str) -> int:
    """Show the input of a setting; return what it holds.

    It has no limits: the browser would keep a number beyond them to itself. The spec refuses it.
    """
    number: int = st.number_input(name.capitalize(), value=value, key=key)
    return number


def show_set(chosen: GapSet) -> None:
    """Show the chart and the table of a set, and the trainings that it waits for."""
    from mnistviz.charts.training.run_comparison import gap_figure

    members = [
        (training.title, summarise(chosen.runs[training.name]))
        for training in GAP_TRAININGS
        if training.name in chosen.runs
    ]
    epochs = {
        title: epochs_of(run_logs.metrics(summary.run), chosen.train.steps_per_epoch)
        for title, summary in members
    }
    show(
        gap_figure(epochs),
        "gap",
        _(
            "The gap between accuracy on training images and on held-out images, in percentage "
            "points over the epochs, of {count} trainings"
        ).format(count=len(members)),
    )
    explained_caption(
        _(
            "Look which lines climb while the others stay near 0. **Thick**: the gap. Thin and "
            "dotted: an estimate from the training log, which begins far below. It is too low, "
            "because the log averages over the epoch, while the network still learns. The images "
            "that it never saw are {held_out:,} held out of the training set."
        ).format(held_out=chosen.train.held_out)
    )
    waiting = [
        f"{state_badge(summary.state)} {title}"
        for title, summary in members
        if summary.state in ACTIVE_STATES
    ]
    if waiting:
        explained(" · ".join(waiting))
    missing = [training.title for training in GAP_TRAININGS if training.name not in chosen.runs]
    if missing:
        explained_caption(_("Not trained yet: {missing}.").format(missing=", ".join(missing)))
    number = st.column_config.NumberColumn
    show_table(
        [gap_row(title, summary, epochs[title]) for title, summary in members],
        None,
        _("The five trainings with their last gap and their accuracies"),
        height="content",
        placeholder="–",
        column_config={
            _("parameters"): number(format="localized"),
            _("gap, points"): number(format="%+.2f"),
            _("held-out accuracy"): number(format="%.2f%%"),
            _("test accuracy"): number(format="%.2f%%"),
        },
    )
    with st.expander(_("The commands that make these runs again"), icon=":material/terminal:"):
        commands = map(generalization_gap.command_of, GAP_TRAININGS)
        st.code("\n".join(commands), language="sh")


def gap_row(title: str, summary: Summary, epochs: Sequence[EpochRow]) -> dict[str, object]:
    """The row of a training in the table: its last gap and its accuracies, in percent."""
    values = page_row(summary, {})
    gap = epochs[-1].gap if epochs else None
    return {
        _("training"): title,
        _("run"): summary.run.name,
        _("parameters"): values["parameters"],
        _("epochs"): len(epochs),
        _("gap, points"): None if gap is None else 100 * gap,
        _("held-out accuracy"): values["validation"],
        _("test accuracy"): values["test"],
    }
