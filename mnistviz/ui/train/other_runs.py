"""The other runs that train or wait, on the Train page; the list is polled."""

import streamlit as st

from mnistviz.core import storage
from mnistviz.runs import registry
from mnistviz.runs.queue.waiting_text import training_elsewhere_text
from mnistviz.runs.run_state import ACTIVE_STATES, State, run_state, silence_text
from mnistviz.texts import _
from mnistviz.ui.shared import state
from mnistviz.ui.shared.texts import state_badge
from mnistviz.ui.shared.training.queue_now import queue_now
from mnistviz.ui.shared.words.explained import explained, explained_caption

POLL_SECONDS = 3.0

# What an active run does, after its name.
DOES: dict[State, str] = {
    "queued": _("waits for its turn"),
    "starting": _("is starting"),
    "running": _("is training"),
    "paused": _("is paused"),
}


@st.fragment(run_every=POLL_SECONDS)
def show_other_runs(shown: str) -> None:
    """Show the active runs but the one with the id `shown`, each with a button that shows it.

    Those of other visitors of a class are one line.
    """
    for other in registry.list_runs():
        current = run_state(other)
        if other.id != shown and current in ACTIVE_STATES:
            with st.container(horizontal=True, vertical_alignment="center"):
                text = f"{state_badge(current)} **{other.name}** {DOES[current]}."
                explained(f"{text} {silence_text(other)}")
                # The whole page is drawn again, not the list alone.
                if st.button(
                    _("Show it"), key=f"show-{other.id}", on_click=_choose, args=(other.id,)
                ):
                    st.rerun()
    if text := training_elsewhere_text(storage.home(), queue_now()):
        explained_caption(text)


def _choose(run_id: str) -> None:
    st.session_state[state.RUN] = run_id
