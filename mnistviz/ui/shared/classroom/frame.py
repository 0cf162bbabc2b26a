"""The frame of each page in class mode: the visitor's name, messages, hidden pages."""

import time
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mnistviz.classroom import moves, spaces
from mnistviz.classroom.network import picture_code
from mnistviz.classroom.spaces import Space
from mnistviz.classroom.visitor_names import MAX_LENGTH
from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.room import limits, rules
from mnistviz.texts import _
from mnistviz.training.available_memory import available_memory
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.classroom import visitor
from mnistviz.ui.shared.classroom.address import origin
from mnistviz.ui.shared.classroom.links import leave_path, move_path
from mnistviz.ui.shared.classroom.presentation import show_presentation_switch
from mnistviz.ui.shared.words.plain import plain

NAME = "class_name"
MESSAGE = "class_message"
CODE = "class_move_code"
# Whether this session has been let in.
ENTERED = "class_entered"
NEW_SECONDS = 60
QR_WIDTH = 148


def enter_class() -> None:
    """Show who the visitor is and what the teacher says to all. Nothing for a person alone.

    Raises `ClassError` where the visitor can't come in: without a cookie, with too many windows,
    or where the room is full.
    """
    if not storage.is_class():
        return
    space = visitor.space()
    if space is not None:
        if visitor.open_windows() > limits.MAX_WINDOWS:
            raise ClassError(
                _(
                    "You have {max_windows} windows of this class open already, and that is the "
                    "most. Close one of them, then reload this page."
                ).format(max_windows=limits.MAX_WINDOWS)
            )
        _welcome(space)
        _show_visitor(space)
    else:
        st.sidebar.markdown(_(":material/school: **Teacher**"))
        show_presentation_switch()
        st.sidebar.link_button(
            _("Hand the role back"),
            leave_path(),
            icon=":material/logout:",
            type="tertiary",
            help=_("This browser is a visitor's then. Do it on a computer that others use."),
        )
    if message := rules.rules().message:
        st.info(plain(message), icon=":material/campaign:")


def _welcome(space: Space) -> None:
    """Tell a new visitor the name. Raises `ClassError` while the memory is full."""
    if ENTERED in st.session_state:
        return
    if available_memory() < limits.MIN_FREE_MEMORY_BYTES:
        raise ClassError(
            _(
                "The memory of the computer that serves this class is full. Close windows that "
                "nobody needs, tell the teacher to stop a training, then reload this page."
            )
        )
    st.session_state[ENTERED] = True
    if time.time() - space.created < NEW_SECONDS:
        st.toast(
            _("You are **{name}** in this class.").format(name=space.name),
            icon=":material/person:",
            duration=10,
        )


def menu_visibility(name: str) -> Literal["visible", "hidden"]:
    """Whether the menu has a page. It has all for a visitor who can't come in: no page opens."""
    try:
        return "visible" if rules.is_page_shown(name) else "hidden"
    except ClassError:
        return "visible"


def teachers_page() -> StreamlitPage | None:
    """The page that only a teacher's menu has, the board; None for all others."""
    try:
        if not visitor.is_teacher():
            return None
    except ClassError:
        return None
    # Imported here: no other visit needs it.
    from mnistviz.ui.board import page

    return st.Page(page.show_board, title=page.TITLE, icon=page.ICON, url_path=page.PATH)


def is_page_shown(name: str) -> bool:
    """Whether this visitor may open a page; if not, say so in its place."""
    if rules.is_page_shown(name):
        return True
    st.info(_("The teacher has hidden this page for now."), icon=":material/visibility_off:")
    return False


def _show_visitor(space: Space) -> None:
    with st.sidebar.popover(space.name, icon=":material/person:", width="stretch"):
        st.markdown(
            _(
                "This is your name in this class. Your runs and digits are your own: the others "
                "don't see them, the teacher does."
            )
        )
        st.text_input(_("Your name"), space.name, key=NAME, max_chars=MAX_LENGTH, on_change=_rename)
        flash.show(MESSAGE)
        st.button(
            _("Go on with another device"),
            icon=":material/devices:",
            on_click=_make_code,
            key="move",
        )
        if code := st.session_state.get(CODE):
            _show_code(f"{origin()}{move_path(code)}")


def _show_code(link: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(picture_code(link), width=QR_WIDTH, alt=_("QR code of the link below"))
        st.caption(
            _(
                "Open this with your other device: it then has the same name, runs and digits. It "
                "works once, for ten minutes. Give it to nobody."
            )
        )
    st.code(link, language=None, wrap_lines=True)


def _rename() -> None:
    def rename() -> str:
        space = visitor.space()
        if space is None:
            raise ClassError(_("name: expected that of a visitor, got the teacher's"))
        return _("You are {name} now.").format(
            name=spaces.rename(space, st.session_state[NAME]).name
        )

    flash.run(MESSAGE, rename)


def _make_code() -> None:
    st.session_state[CODE] = moves.make_code(visitor.token())
