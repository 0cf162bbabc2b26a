"""The point that was clicked on a chart."""

from types import SimpleNamespace

import pytest
import streamlit as st

from mnistviz.ui.shared.choices import clicked_point


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
