"""Undo and redo, with a canvas that reports late."""

import numpy as np

from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.ui.draw.canvas_history import MAX_SNAPSHOTS, History, same


def drawing(*rows: float) -> Strokes:
    lines = [np.array([(20, row), (200, row)], np.float32) for row in rows]
    return Strokes(280, 280, 18, tuple(lines))


BLANK, ONE, TWO = drawing(), drawing(50), drawing(50, 90)


def drawn_twice() -> History:
    return History((BLANK,)).with_report(BLANK).with_report(ONE).with_report(TWO)


def test_undo_and_redo_go_stroke_by_stroke() -> None:
    history = drawn_twice()
    assert history.shown is TWO
    assert history.can_undo
    assert not history.can_redo
    history = history.moved(-1)
    assert history.shown is ONE
    assert history.can_redo
    history = history.moved(-1).moved(-1)
    assert history.shown is BLANK
    assert not history.can_undo
    assert history.moved(1).moved(1).moved(1).shown is TWO


def test_a_repeated_report_of_the_old_drawing_is_ignored() -> None:
    history = drawn_twice().moved(-1)
    assert history.with_report(TWO).shown is ONE
    followed = history.with_report(TWO).with_report(ONE)
    assert followed.shown is ONE
    assert followed.can_redo


def test_two_undos_before_the_canvas_reports() -> None:
    history = drawn_twice().moved(-1).with_report(TWO).moved(-1)
    # The canvas reports both drawings later.
    history = history.with_report(ONE).with_report(BLANK)
    assert history.shown is BLANK
    assert len(history.snapshots) == 3


def test_a_new_stroke_removes_the_redo() -> None:
    history = drawn_twice().moved(-1).with_report(ONE)
    other = drawing(50, 200)
    history = history.with_report(other)
    assert history.shown is other
    assert not history.can_redo
    assert history.moved(-1).shown is ONE


def test_clearing_can_be_undone() -> None:
    history = drawn_twice().with_drawing(BLANK).with_report(BLANK)
    assert history.shown.strokes == ()
    assert history.moved(-1).shown is TWO


def test_a_report_of_the_same_drawing_with_other_decimals_changes_nothing() -> None:
    shifted = Strokes(280, 280, 18, tuple(line + np.float32(0.3) for line in TWO.strokes))
    assert same(TWO, shifted)
    assert len(drawn_twice().with_report(shifted).snapshots) == 3
    assert not same(TWO, ONE)


def test_the_oldest_drawings_are_dropped() -> None:
    history = History((BLANK,))
    for row in range(MAX_SNAPSHOTS + 50):
        history = history.with_report(drawing(row))
    assert len(history.snapshots) == MAX_SNAPSHOTS
    assert history.shown.strokes[0][0, 1] == MAX_SNAPSHOTS + 49
