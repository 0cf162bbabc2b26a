"""The form that starts a new run from an epoch of another one."""

import streamlit as st

from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.texts import epochs_text


def epoch_ends(run: Run) -> list[int]:
    """The steps of a run's snapshots that are at the end of an epoch, 0 among them."""
    per_epoch = run.spec.train.steps_per_epoch
    return [step for step in snapshots.steps_of(run) if step % per_epoch == 0]


def show_fork_form(run: Run, chosen: Snapshot | None) -> None:
    """Show the form; it begins with the epoch of the chosen snapshot, if that ends one."""
    ends = epoch_ends(run)
    if not ends:
        st.caption("It has no whole epoch yet.")
        return
    st.caption(
        "Makes a new run whose first weights are those of that epoch. The optimizer starts "
        "anew; the learning rate goes on where this run's was, unless you change it."
    )
    end = st.select_slider(
        "After epoch",
        ends,
        value=chosen.step if chosen is not None and chosen.step in ends else ends[-1],
        format_func=lambda step: epochs_text(run, step),
        key=f"fork_{run.id}",
    )
    rest = run.spec.train.after(int(run.spec.train.epoch_at(end)))
    with st.container(horizontal=True):
        changes = {
            "epochs": st.number_input(
                "Epochs to train", value=rest.epochs, key=f"more_{run.id}_{end}"
            ),
            "learning_rate": st.number_input(
                "First learning rate",
                value=rest.learning_rate,
                step=rest.learning_rate / 10,
                format="%.6f",
                key=f"rate_{run.id}_{end}",
            ),
            "seed": st.number_input("Seed", value=rest.seed, key=f"seed_{run.id}_{end}"),
        }
        name = st.text_input("Name of the new run", key="fork_name", help="Any name you like.")
    button(
        "Start the new run", "fork_right", _start, Snapshot(run, end), rest, changes, name or None
    )


def _start(
    snapshot: Snapshot, rest: TrainSpec, changes: dict[str, float], name: str | None
) -> None:
    def start_and_choose() -> None:
        run = launcher.fork(snapshot, rest.changed(**changes), name)
        st.session_state[state.RUN] = run.id

    flash.run(state.TRAIN_MESSAGE, start_and_choose)
