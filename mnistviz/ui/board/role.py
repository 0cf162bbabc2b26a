"""Checks that a window is still the teacher's, who may have handed the role back in another one."""

from collections.abc import Callable

import streamlit as st

from mnistviz.core.errors import ClassError
from mnistviz.texts import _
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.classroom import visitor


def run_as_teacher(key: str, action: Callable[[], object]) -> None:
    """Call `action` for the teacher, as `flash.run` does; another one gets an error message."""

    def run() -> object:
        if not visitor.is_teacher():
            raise ClassError(
                _("expected the teacher, got a visitor; open the teacher's link again")
            )
        return action()

    flash.run(key, run)


def rerun_without_role() -> None:
    """Run the whole page again where it is the teacher's no more: it then shows no board."""
    if not visitor.is_teacher():
        st.rerun()
