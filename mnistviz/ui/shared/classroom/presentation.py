"""The presentation view of any page, for the teacher's projector: large type, no sidebar."""

from pathlib import Path

import streamlit as st

from mnistviz.texts import _

PRESENT = "present"
_STYLE = Path(__file__).parent / "presentation.css"


def show_presentation_switch() -> None:
    """Show the switch in the sidebar, and in the presentation view a button that ends it."""
    st.sidebar.toggle(
        _("Presentation view"),
        key=PRESENT,
        bind="query-params",
        help=_("For the projector: large type, no sidebar. It holds for all pages."),
    )
    if is_presented():
        st.html(_STYLE)
        st.button(_("End"), icon=":material/close:", key="end_presentation", on_click=_end)


def is_presented() -> bool:
    """Whether this session shows the presentation view: no controls that only the teacher needs."""
    return bool(st.session_state.get(PRESENT))


def _end() -> None:
    st.session_state[PRESENT] = False
