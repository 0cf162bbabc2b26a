"""The other runs that train or wait, on the Train page; the list is polled."""

import streamlit as st

from mnistviz.runs import registry
from mnistviz.runs.run_state import ACTIVE_STATES, State, run_state, silence_text
from mnistviz.ui.shared import state
from mnistviz.ui.shared.texts import state_badge
from mnistviz.ui.shared.words.explained import explained

POLL_SECONDS = 3.0

# What an active run does, after its name.
DOES: dict[State, str] = {
    "queued": "waits for its turn",
    "starting": "is starting",
    "running": "is training",
    "paused": "is paused",
}


@st.fragment(run_every=POLL_SECONDS)
def show_other_runs(shown: str) -> None:
    """Show the active runs but the one with the id `shown`, each with a button that shows it."""
    for other in registry.list_runs():
        current = run_state(other)
        if other.id != shown and current in ACTIVE_STATES:
            with st.container(horizontal=True, vertical_alignment="center"):
                text = f"{state_badge(current)} **{other.name}** {DOES[current]}."
                explained(f"{text} {silence_text(other)}")
                # The whole page is drawn again, not the list alone.
                if st.button("Show it", key=f"show-{other.id}", on_click=_choose, args=(other.id,)):
                    st.rerun()


def _choose(run_id: str) -> None:
    st.session_state[state.RUN] = run_id
