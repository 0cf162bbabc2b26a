"""What the teacher has switched off, said in place of it."""

import streamlit as st

from mnistviz.core.room import rules
from mnistviz.core.room.rules import Action


def is_refused(action: Action) -> bool:
    """Whether the teacher has switched this off for this visitor; if so, say so."""
    if rules.is_allowed(action):
        return False
    st.info(rules.refusal(action), icon=":material/lock:")
    return True
