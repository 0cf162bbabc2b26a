"""The form that starts a new run from an epoch of another one."""

import streamlit as st

from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.training import launcher
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.texts import epochs_text
from mnistviz.ui.shared.words.explained import explained_caption


def epoch_ends(run: Run) -> list[int]:
    """The steps of a run's snapshots that are at the end of an epoch, 0 among them."""
    per_epoch = run.spec.train.steps_per_epoch
    return [step for step in snapshots.steps_of(run) if step % per_epoch == 0]


def show_fork_form(run: Run, chosen: Snapshot | None) -> None:
    """Show the form; it begins with the epoch of the chosen snapshot, if that ends one."""
    ends = epoch_ends(run)
    if not ends:
        explained_caption(_("It has no whole epoch yet."))
        return
    explained_caption(
        _(
            "Makes a new run whose first weights are those of that epoch. The optimizer starts "
            "anew; the learning rate goes on where this run's was, unless you change it."
        )
    )
    end = st.select_slider(
        _("After epoch"),
        ends,
        value=chosen.step if chosen is not None and chosen.step in ends else ends[-1],
        format_func=lambda step: epochs_text(run, step),
        key=f"fork_{run.id}",
    )
    rest = run.spec.train.after(int(run.spec.train.epoch_at(end)))
    keys = _keys(run, end)
    with st.container(horizontal=True):
        st.number_input(_("Epochs to train"), value=rest.epochs, key=keys["epochs"])
        st.number_input(
            _("First learning rate"),
            value=rest.learning_rate,
            step=rest.learning_rate / 10,
            format="%.6f",
            key=keys["learning_rate"],
        )
        st.number_input(_("Seed"), value=rest.seed, key=keys["seed"])
        st.text_input(_("Name of the new run"), key="fork_name", help=_("Any name you like."))
    button(_("Start the new run"), "fork_right", _start, run)


def _keys(run: Run, end: int) -> dict[str, str]:
    """The keys of the inputs, by the setting that they change; each epoch has its own."""
    names = {"epochs": "more", "learning_rate": "rate", "seed": "seed"}
    return {setting: f"{name}_{run.id}_{end}" for setting, name in names.items()}


def _start(run: Run) -> None:
    """Start the new run with what the form holds when the button is pressed."""

    def start_and_choose() -> None:
        end = st.session_state[f"fork_{run.id}"]
        rest = run.spec.train.after(int(run.spec.train.epoch_at(end)))
        changes = {
            setting: st.session_state.get(key, getattr(rest, setting))
            for setting, key in _keys(run, end).items()
        }
        name = st.session_state.fork_name or None
        forked = launcher.fork(Snapshot(run, end), rest.changed(**changes), name)
        st.session_state[state.RUN] = forked.id
        st.session_state.fork_name = ""

    flash.run(state.TRAIN_MESSAGE, start_and_choose)
