"""Board: the class at a glance. Only the teacher opens it."""

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.board.controls import show_controls
from mnistviz.ui.board.digits_view import show_class_digits
from mnistviz.ui.board.lesson_view import show_lesson
from mnistviz.ui.board.people_view import show_curves, show_people
from mnistviz.ui.shared.classroom import visitor
from mnistviz.ui.shared.classroom.presentation import is_presented
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.sidebar import need_snapshot

TITLE, ICON, PATH = _("Board"), ":material/dashboard:", "board"
HELP = _("Who is here, what they train and draw; messages, sharing, reset.")
VIEWS = {
    "people": _("Who is here"),
    "curves": _("Curves"),
    "digits": _("Digits"),
    "lesson": _("Lesson"),
}


def show_board() -> None:
    """Show the board to the teacher."""
    if not visitor.is_teacher():
        st.info(_("This page is the teacher's."))
        return
    if not is_presented():
        show_controls()
    view = pick(
        _("View"), VIEWS, "board_view", persist_state="session", label_visibility="collapsed"
    )
    match view:
        case "people":
            show_people()
        case "curves":
            show_curves()
        case "digits":
            show_class_digits(need_snapshot())
        case _:
            show_lesson()
