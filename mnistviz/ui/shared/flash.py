"""Messages to a person: errors that happen now, and results shown when the page is drawn next.

A callback runs before the page is drawn. It stores its message in the session's state under a
key, and the page shows it at the place where it calls `show` with that key.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from mnistviz.core import storage
from mnistviz.core.errors import ClassError, MnistVizError
from mnistviz.texts import _

Level = Literal["success", "warning", "error"]
BOXES = {"success": st.success, "warning": st.warning, "error": st.error}
ICONS = {"success": ":material/check:", "warning": None, "error": ":material/error:"}


@dataclass(frozen=True)
class Message:
    """A message; `undo` are the ids of what was deleted, `about` is the subject of the message."""

    text: str
    level: Level
    undo: tuple[str, ...] = ()
    about: object = None


def _place() -> Path:
    """The folder that errors of the disk name; the room for a browser without a space."""
    try:
        return storage.home()
    except ClassError:
        return storage.room()


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error meant for a person as its text. Each fragment needs this, like app.py.

    It is a context manager, and a decorator of a function.
    """
    try:
        with storage.writing(_place()):
            yield
    except MnistVizError as error:
        st.error(str(error), icon=ICONS["error"])


def report(
    key: str,
    text: str,
    level: Level = "success",
    *,
    undo: Sequence[str] = (),
    about: object = None,
) -> None:
    """Store a message, or none for an empty text; it replaces the last one of this key."""
    st.session_state.pop(key, None)
    if text:
        st.session_state[key] = Message(text, level, tuple(undo), about)


def run(
    key: str,
    action: Callable[[], object],
    *,
    undo: Sequence[str] = (),
    about: object = None,
) -> None:
    """Call `action` and store the text it returns, if any, or the text of the error it raises."""
    try:
        with storage.writing(_place()):
            result = action()
        report(key, result if isinstance(result, str) else "", undo=undo, about=about)
    except MnistVizError as error:
        report(key, str(error), "error", about=about)


def show(key: str, *, once: bool = False, about: object = None) -> None:
    """Show the message of this key, if there is one and it is about the same.

    It stays until the next action of this key; with `once`, until the page is drawn again.
    """
    message: Message | None = st.session_state.get(key)
    if message is not None and message.about == about:
        BOXES[message.level](message.text, icon=ICONS[message.level])
    if once:
        st.session_state.pop(key, None)


def show_with_undo(
    key: str, deleted: Callable[[], Collection[str]], restore: Callable[[Sequence[str]], None]
) -> str:
    """Show the message of this key, with a button that undoes a deletion.

    The button is there while all ids of the message are among those that `deleted` returns.
    Returns the text of a success, or "".
    """
    message: Message | None = st.session_state.get(key)
    if message is None:
        return ""
    with st.container(horizontal=True, vertical_alignment="center"):
        BOXES[message.level](message.text, icon=ICONS[message.level], width="stretch")
        if message.undo and set(deleted()).issuperset(message.undo):
            st.button(
                _("Bring back"), icon=":material/undo:", on_click=restore, args=(message.undo,)
            )
    return message.text if message.level == "success" else ""
