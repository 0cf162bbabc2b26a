"""How wide the page is: the widest step is what a desktop has room for."""

import pytest
import streamlit as st

from mnistviz.charts.montage import NARROW_WIDTH, PICTURE_WIDTH
from mnistviz.ui.shared import state
from mnistviz.ui.shared.page_width import WIDTHS, page_width


def test_until_the_browser_has_told_the_page_is_as_wide_as_a_desktop_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    assert page_width() == WIDTHS[0] == PICTURE_WIDTH


def test_what_the_browser_told_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {state.PAGE_WIDTH: 350})
    assert page_width() == 350


def test_the_steps_go_down_from_a_desktop_to_a_small_phone() -> None:
    assert list(WIDTHS) == sorted(WIDTHS, reverse=True)
    assert NARROW_WIDTH in WIDTHS
    assert WIDTHS[-1] <= 320
