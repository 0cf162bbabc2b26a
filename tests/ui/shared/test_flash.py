"""Messages that a callback leaves for the page that is drawn after it."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnistviz.core.errors import RunError
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.flash import Message


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> dict[str, Message]:
    """The session's state, empty at first."""
    session: dict[str, Message] = {}
    monkeypatch.setattr(st, "session_state", session)
    return session


def refuse() -> str:
    raise RunError("refused")


def test_run_stores_the_returned_text(stored: dict[str, Message]) -> None:
    flash.run("key", lambda: "done", undo=["a"], about="name")
    assert stored == {"key": Message("done", "success", ("a",), "name")}


def test_run_stores_the_text_of_an_error_without_undo(stored: dict[str, Message]) -> None:
    flash.run("key", refuse, undo=["a"], about="name")
    assert stored == {"key": Message("refused", "error", (), "name")}


def test_run_without_text_removes_the_last_message(stored: dict[str, Message]) -> None:
    flash.report("key", "before", "error")
    flash.run("key", lambda: None)
    assert stored == {}


def test_run_passes_on_other_errors(stored: dict[str, Message]) -> None:
    with pytest.raises(ZeroDivisionError):
        flash.run("key", lambda: str(1 / 0))
    assert stored == {}


def page() -> None:
    import streamlit as st

    from mnistviz.ui.shared import flash

    if "started" not in st.session_state:
        st.session_state.started = True
        flash.report("stays", "a", "error")
        flash.report("once", "b", "warning")
        flash.report("about", "c", "error", about="name")
        flash.report("undo", "d", undo=["1", "2"])
    flash.show("stays")
    flash.show("once", once=True)
    flash.show("about", about=st.session_state.get("name"))
    deleted = st.session_state.setdefault("deleted", ["1", "2", "3"])
    text = flash.show_with_undo("undo", lambda: deleted, lambda ids: deleted.clear())
    st.text(text)


def test_a_message_stays_until_the_next_action_or_is_shown_once() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert [box.value for box in app.error] == ["a"]
    assert [box.value for box in app.warning] == ["b"]
    app.run()
    assert [box.value for box in app.error] == ["a"]
    assert not app.warning


def test_a_message_about_a_name_is_shown_while_that_name_is_asked_for() -> None:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["name"] = "name"
    assert [box.value for box in app.run().error] == ["a", "c"]
    app.session_state["name"] = "other"
    assert [box.value for box in app.run().error] == ["a"]


def test_undo_is_offered_while_all_that_was_deleted_is_there() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert [box.value for box in app.success] == ["d"]
    assert app.text[0].value == "d"
    app.button[0].click().run()
    assert app.session_state["deleted"] == []
    assert not app.button
