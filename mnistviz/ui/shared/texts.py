"""Texts that several pages show."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared.words.glossary import meanings_of

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
    """The run, epochs and channels of a snapshot, for a sentence in Markdown."""
    model = snapshot.run.spec.model
    name = f"**{snapshot.run.name}** after {epochs_text(snapshot.run, snapshot.step)} epochs"
    if model.network:
        return f"{name}, `{model.network}`"
    parts = [name, f"channels {model.plan}"]
    if not model.batch_norm:
        parts.append("no batch normalization")
    if not model.dropout:
        parts.append("no dropout")
    return ", ".join(parts)


def epochs_text(run: Run, step: int) -> str:
    """A step in epochs, such as "0.5", with up to four decimals: snapshots differ in them."""
    return f"{run.spec.train.epoch_at(step):.4f}".rstrip("0").rstrip(".")


def count_of(number: int, noun: str) -> str:
    """A number with its noun, as in "1 image" or "2,000 images"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def number_word(number: int) -> str:
    """A number in words from zero to nine, in digits above."""
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if number < len(words) else f"{number:,}"


def validated_on_text(spec: TrainSpec) -> str:
    """The images that a run is validated on, for a sentence."""
    return "the test set" if spec.validated_on == "test" else "held-out training images"


def state_badge(run_state: State) -> str:
    """The state of a run as a coloured word, in Streamlit's Markdown."""
    return f":{STATE_COLOURS[run_state]}-badge[{run_state}]"


def explanation(paragraphs: Sequence[str]) -> None:
    """Show paragraphs in Markdown that explain a picture, in a closed box, with their terms."""
    with st.expander("What am I seeing?", icon=":material/help:"):
        for paragraph in paragraphs:
            st.markdown(paragraph, help=meanings_of(paragraph))
