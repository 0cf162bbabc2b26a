"""Who writes otherwise than MNIST's writers did is read better by another network: the offer."""

import streamlit as st

from mnistviz.runs.registry import Run
from mnistviz.studies.published_results import pen_strokes
from mnistviz.ui.shared import state

HANDWRITING = "handwriting"


def offer_handwriting(run: Run) -> None:
    """Offer the network that knows pen digits, where the chosen one doesn't."""
    if run.spec.train.pen_digits:
        return
    found = pen_strokes()
    best, handwriting = (found["runs"][name]["right"] for name in ("best", HANDWRITING))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Use *handwriting*",
            icon=":material/stylus_note:",
            on_click=_choose,
            help="The network is changed on all pages; the sidebar has the others.",
        )
        st.caption(
            "A 1 with a long upstroke, a crossed 7? This network has seen few of them. "
            f"**{HANDWRITING}** knows them: of {found['digits']:,} digits that "
            f"{found['writers']} people drew with a pen it reads {handwriting:.1%} right, best "
            f"{best:.1%}.",
            width="stretch",
        )


def _choose() -> None:
    st.session_state[state.RUN] = HANDWRITING
