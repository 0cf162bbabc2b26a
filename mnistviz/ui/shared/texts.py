"""Texts that several pages show."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _, ngettext
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
STATE_NAMES: dict[State, str] = {
    "queued": _("queued"),
    "starting": _("starting"),
    "running": _("running"),
    "paused": _("paused"),
    "finished": _("finished"),
    "stopped": _("stopped"),
    "failed": _("failed"),
    "crashed": _("crashed"),
}


def describe(snapshot: Snapshot) -> str:
    """The run, epochs and channels of a snapshot, for a sentence in Markdown."""
    model = snapshot.run.spec.model
    name = _("**{name}** after {epochs} epochs").format(
        name=snapshot.run.name, epochs=epochs_text(snapshot.run, snapshot.step)
    )
    if model.network:
        return f"{name}, `{model.network}`"
    parts = [name, _("channels {plan}").format(plan=model.plan)]
    if not model.batch_norm:
        parts.append(_("no batch normalization"))
    if not model.dropout:
        parts.append(_("no dropout"))
    return ", ".join(parts)


def epochs_text(run: Run, step: int) -> str:
    """A step in epochs, such as "0.5", with up to four decimals: snapshots differ in them."""
    return f"{run.spec.train.epoch_at(step):.4f}".rstrip("0").rstrip(".")


def count_of(number: int, noun: str) -> str:
    """A number with its noun, as in "1 image" or "2,000 images".

    The noun is a literal with a plural in s: `tools/make_catalogue.py` finds both.
    """
    return f"{number:,} {ngettext(noun, f'{noun}s', number)}"


def number_word(number: int) -> str:
    """A number in words from zero to nine, in digits above."""
    words = _("zero one two three four five six seven eight nine").split()
    return words[number] if number < len(words) else f"{number:,}"


def validated_on_text(spec: TrainSpec) -> str:
    """The images that a run is validated on, for a sentence."""
    return _("the test set") if spec.validated_on == "test" else _("held-out training images")


def state_badge(run_state: State) -> str:
    """The state of a run as a coloured word, in Streamlit's Markdown."""
    return f":{STATE_COLOURS[run_state]}-badge[{STATE_NAMES[run_state]}]"


def explanation(paragraphs: Sequence[str]) -> None:
    """Show paragraphs in Markdown that explain a picture, in a closed box, with their terms."""
    with st.expander(_("What am I seeing?"), icon=":material/help:"):
        for paragraph in paragraphs:
            st.markdown(paragraph, help=meanings_of(paragraph))
