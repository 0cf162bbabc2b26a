"""Undo and redo, against a canvas that is slow to follow."""

import numpy as np

from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.ui.draw.canvas_history import MAX_SNAPSHOTS, History, same


def drawing(*rows: float) -> Strokes:
    lines = [np.array([(20, row), (200, row)], np.float32) for row in rows]
    return Strokes(280, 280, 18, tuple(lines))


BLANK, ONE, TWO = drawing(), drawing(50), drawing(50, 90)


def drawn_twice() -> History:
    return History((BLANK,)).hears(BLANK).hears(ONE).hears(TWO)


def test_a_drawing_is_taken_back_stroke_by_stroke_and_comes_again() -> None:
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


def test_a_canvas_that_still_says_the_old_drawing_is_not_believed() -> None:
    history = drawn_twice().moved(-1)
    assert history.hears(TWO).shown is ONE
    followed = history.hears(TWO).hears(ONE)
    assert followed.shown is ONE
    assert followed.can_redo


def test_two_quick_undos_end_where_the_canvas_does() -> None:
    history = drawn_twice().moved(-1).hears(TWO).moved(-1)
    # The first of the two arrives late, and then the second.
    history = history.hears(ONE).hears(BLANK)
    assert history.shown is BLANK
    assert len(history.snapshots) == 3


def test_a_new_stroke_ends_what_could_be_redone() -> None:
    history = drawn_twice().moved(-1).hears(ONE)
    other = drawing(50, 200)
    history = history.hears(other)
    assert history.shown is other
    assert not history.can_redo
    assert history.moved(-1).shown is ONE


def test_clearing_can_be_undone() -> None:
    history = drawn_twice().then(BLANK).hears(BLANK)
    assert history.shown.strokes == ()
    assert history.moved(-1).shown is TWO


def test_the_same_drawing_told_with_other_decimals_is_no_news() -> None:
    shifted = Strokes(280, 280, 18, tuple(line + np.float32(0.3) for line in TWO.strokes))
    assert same(TWO, shifted)
    assert len(drawn_twice().hears(shifted).snapshots) == 3
    assert not same(TWO, ONE)


def test_the_oldest_drawings_are_forgotten() -> None:
    history = History((BLANK,))
    for row in range(MAX_SNAPSHOTS + 50):
        history = history.hears(drawing(row))
    assert len(history.snapshots) == MAX_SNAPSHOTS
    assert history.shown.strokes[0][0, 1] == MAX_SNAPSHOTS + 49
