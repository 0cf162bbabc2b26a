"""For whom a session works: a visitor with a space, the teacher, or a person alone."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnistviz.classroom import spaces, teacher
from mnistviz.classroom.spaces import Space
from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.texts import _

# Cookies: the token of the space, and the proof that its browser opened the teacher's link.
COOKIE = "mnistviz_space"
TEACHER_COOKIE = "mnistviz_teacher"
# A header that the server adds: how many windows of this space were open with this one.
WINDOWS_HEADER = "x-mnistviz-windows"


def token() -> str:
    """The secret token of this session's space. Raises `ClassError` where there is none."""
    found = st.context.cookies.get(COOKIE)
    if found is None or not spaces.is_token(found):
        raise ClassError(
            _(
                "This class needs a cookie to tell its visitors apart, and your browser sent "
                "none. Allow cookies for this address, or open the page in a tab of its own, then "
                "reload it."
            )
        )
    return found


def is_teacher() -> bool:
    """Whether this session is the teacher's. Somebody who is alone is no teacher."""
    if not storage.is_class():
        return False
    proof = st.context.cookies.get(TEACHER_COOKIE)
    return proof is not None and teacher.is_proof(proof, token())


def find_home() -> Path:
    """The home for which this thread works: the room for the teacher, else the visitor's space."""
    if get_script_run_ctx(suppress_warning=True) is None:
        raise ClassError("expected a visitor's session, got a thread of the server without one")
    return storage.room() if is_teacher() else spaces.home_of(token())


def space() -> Space | None:
    """The space of this session; None for the teacher, and where the server serves one person."""
    if not storage.is_class() or is_teacher():
        return None
    return spaces.enter(token())


def open_windows() -> int:
    """How many windows of this space were open when this one was opened, with this one."""
    text = st.context.headers.get(WINDOWS_HEADER) or ""
    return int(text) if text.isdigit() else 1
