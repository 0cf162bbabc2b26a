"""Undo and redo, with a canvas that reports late."""

from dataclasses import replace

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


def test_several_strokes_in_one_report_are_undone_one_by_one() -> None:
    history = History((BLANK,)).with_report(BLANK).with_report(drawing(50, 90, 130))
    assert [len(drawn.strokes) for drawn in history.snapshots] == [0, 1, 2, 3]
    assert same(history.moved(-1).shown, TWO)
    assert same(history.moved(-1).moved(-1).shown, ONE)


def test_what_was_cleared_does_not_come_back_with_the_undo_of_a_stroke() -> None:
    # The canvas was emptied and drawn on within one report.
    history = drawn_twice().with_report(drawing(200, 210))
    assert same(history.moved(-1).shown, drawing(200))
    assert history.moved(-1).moved(-1).shown.strokes == ()
    assert history.moved(-1).moved(-1).moved(-1).shown is TWO


def test_a_phone_that_is_turned_back_gives_the_drawing_its_size_back() -> None:
    wide = Strokes(640, 280, 18, (np.array([(20, 20), (620, 260)], np.float32),))
    history = History((Strokes(640, 280, 18, ()),)).with_report(wide)
    turned = history.on_canvas(358, 280)
    assert turned.shown.strokes[0].max() <= 358
    # The canvas reports what it has loaded, rounded.
    rounded = replace(turned.shown, strokes=(np.round(turned.shown.strokes[0]),))
    back = turned.with_report(rounded).on_canvas(640, 280)
    assert back.shown is wide
    # Turned by way of a third size, it doesn't get smaller and smaller.
    assert turned.on_canvas(280, 280).on_canvas(640, 280).shown is wide
    # A new stroke belongs to the canvas that it was drawn on.
    other = replace(turned.shown, strokes=(*turned.shown.strokes, ONE.strokes[0]))
    assert len(turned.with_report(other).on_canvas(640, 280).shown.strokes) == 2


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
