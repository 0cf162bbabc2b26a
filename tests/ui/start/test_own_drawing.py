"""The own drawing is the same on Start here, on the Overview and on Draw."""

import numpy as np
import pytest
import streamlit as st

from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.ui.draw.canvas_history import History
from mnistviz.ui.shared import state
from mnistviz.ui.shared.flow.digit_flow import image_of, strokes_of
from mnistviz.ui.start.own_drawing import BLANK, keep_drawing
from tests.helpers.hand_made_strokes import HAND_MADE


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    found: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", found)
    return found


def shown(session: dict[str, object]) -> Strokes:
    history = session[state.CANVAS]
    assert isinstance(history, History)
    return history.shown


def test_a_drawing_becomes_the_image_of_all_pages(session: dict[str, object]) -> None:
    drawn = strokes_of({"strokes": HAND_MADE["4"]})
    keep_drawing(drawn)
    assert shown(session) is drawn
    assert session[state.USE_DRAWING] is True
    assert np.array_equal(np.asarray(session[state.DRAWN_IMAGE]), image_of(drawn))


def test_a_cleared_pad_gives_the_test_image_back_and_draw_can_undo_it(
    session: dict[str, object],
) -> None:
    drawn = strokes_of({"strokes": HAND_MADE["4"]})
    keep_drawing(drawn)
    keep_drawing(BLANK)
    assert session[state.USE_DRAWING] is False
    assert not shown(session).strokes
    history = session[state.CANVAS]
    assert isinstance(history, History)
    assert history.moved(-1).shown is drawn
