"""Texts that several pages show."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run, State
from mnistviz.runs.snapshots import Snapshot

STATE_COLOURS = {
    "queued": "gray",
    "starting": "blue",
    "running": "blue",
    "paused": "orange",
    "finished": "green",
    "stopped": "orange",
    "failed": "red",
    "crashed": "red",
}


def describe(snapshot: Snapshot) -> str:
    """Whose network a page shows, in a few words."""
    model = snapshot.run.spec.model
    parts = [
        f"**{snapshot.run.name}** after {epochs_text(snapshot.run, snapshot.step)} epochs",
        f"channels {model.plan}",
    ]
    if not model.batch_norm:
        parts.append("no batch normalization")
    if not model.dropout:
        parts.append("no dropout")
    return ", ".join(parts)


def epochs_text(run: Run, step: int) -> str:
    """A step as epochs trained, exact enough to tell two snapshots apart."""
    return f"{run.spec.train.epoch_at(step):.4f}".rstrip("0").rstrip(".")


def validated_on_text(spec: TrainSpec) -> str:
    """Where a run's validation accuracy comes from, for a sentence."""
    return "the test set" if spec.validated_on == "test" else "held-out training images"


def state_badge(shown: State) -> str:
    """The state of a run as a coloured word, in Streamlit's Markdown."""
    return f":{STATE_COLOURS[shown]}-badge[{shown}]"


def explanation(paragraphs: Sequence[str]) -> None:
    """The closed box below a picture that says what it shows, in plain words."""
    with st.expander("What am I seeing?", icon=":material/help:"):
        for paragraph in paragraphs:
            st.markdown(paragraph)
