"""The width of a page in steps; the widest is that of a desktop."""

import pytest
import streamlit as st

from mnistviz.charts.montage import NARROW_WIDTH, PICTURE_WIDTH
from mnistviz.ui.shared import state
from mnistviz.ui.shared.page_width import WIDTHS, page_width


def test_a_page_is_as_wide_as_a_desktop_before_the_browser_reports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    assert page_width() == WIDTHS[0] == PICTURE_WIDTH


def test_the_reported_width_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {state.PAGE_WIDTH: 350})
    assert page_width() == 350


def test_widths_decrease_from_a_desktop_to_a_small_phone() -> None:
    assert list(WIDTHS) == sorted(WIDTHS, reverse=True)
    assert NARROW_WIDTH in WIDTHS
    assert WIDTHS[-1] <= 320
