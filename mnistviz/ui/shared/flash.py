"""What came of an action: told when the page is drawn next, with a way back from a deletion."""

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from mnistviz.core.errors import MnistVizError


def say(key: str, text: str, *, well: bool = True, back: Sequence[str] = ()) -> None:
    """Keep an outcome under `key` of the session's state; `back` are ids to bring back."""
    st.session_state[key] = (well, text, list(back))


def do(key: str, action: Callable[[], str], back: Sequence[str] = ()) -> None:
    """Do something and keep what came of it: its words, or the error meant for a person."""
    try:
        say(key, action(), back=back)
    except MnistVizError as error:
        say(key, str(error), well=False)


def show_outcome(
    key: str, deleted: Callable[[], Collection[str]], restore: Callable[[Sequence[str]], None]
) -> str:
    """Show the last outcome; 'Bring back' where all it concerns are still among the deleted ones.

    Returns its text where it went well.
    """
    well, text, back = st.session_state.get(key, (True, "", []))
    if not text:
        return ""
    with st.container(horizontal=True, vertical_alignment="center"):
        if well:
            st.success(text, icon=":material/check:", width="stretch")
        else:
            st.error(text, icon=":material/error:", width="stretch")
        if back and set(deleted()).issuperset(back):
            st.button("Bring back", icon=":material/undo:", on_click=restore, args=(back,))
    return text if well else ""
