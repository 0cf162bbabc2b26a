"""Buttons and choices that several pages have."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from mnistviz.ui.shared.inputs import button, pick

    def add(first: int, second: int) -> None:
        st.session_state.total = first + second

    button("Add", "add", add, 2, 3, help="Adds.")
    st.session_state.log_scale = pick("Axis", {True: "log", False: "linear"}, "axis", False)


def test_a_button_calls_its_action_with_the_arguments() -> None:
    app = AppTest.from_function(page).run()
    (button,) = app.button
    assert (button.label, button.help, button.icon) == ("Add", "Adds.", ":material/add:")
    assert "total" not in app.session_state
    button.click().run()
    assert app.session_state.total == 5


def test_a_choice_shows_texts_and_returns_the_option() -> None:
    app = AppTest.from_function(page).run()
    choice = app.button_group(key="axis")
    assert list(choice.options) == ["log", "linear"]
    assert app.session_state.log_scale is False
    choice.set_value(True).run()
    assert app.session_state.log_scale is True
