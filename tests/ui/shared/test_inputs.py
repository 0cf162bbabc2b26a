"""Buttons and choices that several pages have."""

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnistviz.ui.shared.inputs import clicked_point


def page() -> None:
    import streamlit as st

    from mnistviz.ui.shared.inputs import button, pick

    def add(first: int, second: int) -> None:
        st.session_state.total = first + second

    button("Add", "add", add, 2, 3, help="Adds.")
    st.session_state.log_scale = pick("Axis", {True: "log", False: "linear"}, "axis", False)


def test_a_button_calls_its_action_with_the_arguments() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    (button,) = app.button
    assert (button.label, button.help, button.icon) == ("Add", "Adds.", ":material/add:")
    assert "total" not in app.session_state
    button.click().run()
    assert app.session_state.total == 5


def test_a_choice_shows_texts_and_returns_the_option() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    choice = app.button_group(key="axis")
    assert list(choice.options) == ["log", "linear"]
    assert app.session_state.log_scale is False
    choice.set_value(True).run()
    assert app.session_state.log_scale is True


@pytest.mark.parametrize(
    ("points", "expected"),
    [([{"customdata": ["conv1", 3]}], ["conv1", 3]), ([{"x": 1}], None), ([], None)],
)
def test_clicked_point_is_the_custom_data_of_the_first_point(
    monkeypatch: pytest.MonkeyPatch, points: list[object], expected: object
) -> None:
    chart = SimpleNamespace(selection=SimpleNamespace(points=points))
    monkeypatch.setattr(st, "session_state", {"chart": chart})
    assert clicked_point("chart") == expected


def test_a_chart_that_is_not_on_the_page_has_no_clicked_point(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    assert clicked_point("chart") is None
