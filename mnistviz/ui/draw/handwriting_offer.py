"""An offer of the bundled run that was trained on pen digits, too."""

import streamlit as st

from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.studies.published_results import pen_strokes
from mnistviz.ui.shared import state

HANDWRITING = "handwriting"


def offer_handwriting(run: Run) -> None:
    """Show a button that chooses that run, unless `run` was trained on such digits itself."""
    if run.spec.train.pen_digits or run.spec.train.tablet_digits:
        return
    measured = pen_strokes()
    best, handwriting = (
        measured["runs"][name]["right"] for name in (registry.DEFAULT_RUN, HANDWRITING)
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Use *handwriting*",
            icon=":material/stylus_note:",
            on_click=_choose,
            help="The network is changed on all pages; the sidebar has the others.",
        )
        st.caption(
            "A 1 with a long upstroke, a crossed 7? This network has seen few of them. "
            f"**{HANDWRITING}** knows them: of {measured['digits']:,} digits that "
            f"{measured['writers']} people drew with a pen it reads {handwriting:.1%} right, "
            f"{registry.DEFAULT_RUN} {best:.1%}.",
            width="stretch",
        )


def _choose() -> None:
    st.session_state[state.RUN] = HANDWRITING
