"""The switch by which a visitor of a class agrees that the class uses the own digits."""

import streamlit as st

from mnistviz.classroom import spaces
from mnistviz.texts import _
from mnistviz.ui.shared.classroom import visitor

SHARES = "shares_digits"


def show_consent() -> None:
    """Show the switch, which is off at first. Nothing for a person alone and for the teacher."""
    space = visitor.space()
    if space is None:
        return
    # What is stored: another window of this visitor may have changed it.
    st.session_state[SHARES] = space.shares_digits
    st.toggle(
        _("The class may use my digits"),
        key=SHARES,
        on_change=_store,
        help=_(
            "The teacher's board then shows your digits with your name in this class, and "
            "networks may be tested and taught with them. You can switch it off again; copies "
            "that were made before stay."
        ),
    )


def _store() -> None:
    space = visitor.space()
    if space is not None:
        spaces.change(space, shares_digits=st.session_state[SHARES])
