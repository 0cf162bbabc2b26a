"""The gap: five trainings that show what dropout and batch normalization do."""

import pandas as pd
import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.types.training import EpochRow
from mnistviz.runs import metadata, registry
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.registry import ACTIVE_STATES, Run
from mnistviz.runs.run_summary import Summary, summarise
from mnistviz.studies import generalization_gap
from mnistviz.studies.generalization_gap import GAP_TRAININGS, GapSet
from mnistviz.training import launcher
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.widgets import show, state_badge

START_ERROR = "gap_start_error"


def start_all(epochs: int, seed: int) -> None:
    """Start the five, from a callback. They train one after the other."""
    train = generalization_gap.training_of(epochs, seed)
    taken = registry.taken_names()
    try:
        for training in GAP_TRAININGS:
            name = metadata.numbered_name(training.name, taken)
            launcher.start(generalization_gap.RECIPE, training.model, train, name)
    except MnistVizError as error:
        st.session_state[START_ERROR] = str(error)


def show_gap(listed: list[Run], seconds_per_epoch: float) -> None:
    """The chart of a set of five, its numbers, and a way to train one."""
    st.markdown(
        f"What do **dropout** and **batch normalization** do? {generalization_gap.GAP_TEXT}"
    )
    sets = generalization_gap.sets_of(listed)
    number = 0
    if len(sets) > 1:
        number = st.selectbox(
            "Trainings",
            range(len(sets)),
            format_func=lambda number: sets[number].title,
            key="gap_set",
        )
    show_set(sets[number])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = st.number_input(
            "Epochs", 1, 200, generalization_gap.training_of().epochs, key="gap_epochs"
        )
        seed = st.number_input("Seed", 0, 2**31 - 1, 1, key="gap_seed")
        st.button(
            "Train the five",
            icon=":material/play_arrow:",
            key="gap_start",
            on_click=start_all,
            args=(epochs, seed),
            help="One trains at a time, the others wait. You can close the tab.",
        )
    minutes = len(GAP_TRAININGS) * epochs * seconds_per_epoch / 60
    st.caption(
        f"Takes about {max(1, round(minutes))} minutes on the machine that made the bundled run. "
        "The chart grows with every epoch."
    )
    if error := st.session_state.pop(START_ERROR, ""):
        st.error(error, icon=":material/error:")


def show_set(chosen: GapSet) -> None:
    from mnistviz.charts.training.run_comparison import gap_figure

    members = [
        (training, summarise(chosen.runs[training.name]))
        for training in GAP_TRAININGS
        if training.name in chosen.runs
    ]
    per_epoch = chosen.train.steps_per_epoch
    epochs = {
        training.title: epochs_of(loaders.metrics(found.run), per_epoch)
        for training, found in members
    }
    show(
        gap_figure(epochs),
        "gap",
        "The gap between accuracy on training images and on held-out images, in percentage points "
        f"over the epochs, of {len(members)} trainings",
    )
    st.caption(
        "Look which lines climb while the others stay near 0. **Thick**: the gap. Thin and dotted: "
        "what the log alone would suggest, its running mean taken while dropout hides part of the "
        "network, and while the weights still change. Images it never saw are the "
        f"{chosen.train.held_out:,} held out of the training set."
    )
    waiting = [
        f"{state_badge(found.state)} {training.title}"
        for training, found in members
        if found.state in ACTIVE_STATES
    ]
    if waiting:
        st.markdown(" · ".join(waiting))
    missing = [one.title for one in GAP_TRAININGS if one.name not in chosen.runs]
    if missing:
        st.caption(f"Not trained yet: {', '.join(missing)}.")
    st.dataframe(
        pd.DataFrame(
            [_row(training.title, found, epochs[training.title]) for training, found in members]
        ),
        hide_index=True,
        height="content",
        placeholder="–",
        column_config={
            "parameters": st.column_config.NumberColumn(format="localized"),
            "gap, points": st.column_config.NumberColumn(format="%+.2f"),
            "held-out accuracy": st.column_config.NumberColumn(format="%.2f %%"),
            "test accuracy": st.column_config.NumberColumn(format="%.2f %%"),
        },
        alt="The five trainings with their last gap and their accuracies",
    )
    with st.expander("The commands that make these runs again", icon=":material/terminal:"):
        st.code(
            "\n".join(generalization_gap.command_of(training) for training in GAP_TRAININGS),
            language="sh",
        )


def _row(title: str, found: Summary, rows: list[EpochRow]) -> dict[str, object]:
    return {
        "training": title,
        "run": found.run.name,
        "parameters": found.run.spec.model.parameters,
        "epochs": len(rows),
        "gap, points": _percent(rows[-1].gap if rows else None),
        "held-out accuracy": _percent(found.validation_accuracy),
        "test accuracy": _percent(found.test_accuracy),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
