"""The board: who sees it, what it shows of a class, and what its buttons do."""

import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.classroom import reset, sharing, spaces
from mnistviz.classroom.class_digits import class_digits, collect
from mnistviz.classroom.spaces import Space
from mnistviz.core import storage
from mnistviz.core.room import rules
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import desired_state, metadata, registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.ui.board import pupils
from mnistviz.ui.board.controls import NAME, PUPIL, SURE, TEXT
from mnistviz.ui.board.digits_view import answers, misread_counts
from mnistviz.ui.shared.classroom import visitor
from tests.helpers.pages import open_page, press, text_of

pytestmark = pytest.mark.pages

BOARD = """
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.board.page import show_board
with errors_shown():
    show_board()
"""
MISREAD = 321


@pytest.fixture
def as_teacher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str | None], None]]:
    """Class mode, in which the pages are the teacher's, or those of the browser with a token."""

    def be(token: str | None) -> None:
        monkeypatch.setattr(visitor, "is_teacher", lambda: token is None)
        monkeypatch.setattr(visitor, "token", lambda: token or spaces.new_token())

    be(None)
    storage.serve_class(visitor.find_home)
    yield be
    storage.serve_class(None)


def come(token: str | None = None) -> Space:
    with storage.acting_in(storage.room()):
        return spaces.enter(token or spaces.new_token())


def keep(space: Space, *numbers: int) -> None:
    """Put test images into the digits of a visitor."""
    data = load_mnist()
    with storage.acting_in(space.home):
        for number in numbers:
            my_digits.save(data.x_test[number], int(data.y_test[number]))


def give(space: Space, run: Run) -> None:
    """Put a copy of a trained run into a visitor's space."""
    shutil.copytree(run.path, space.home / run.id)


def board(view: str = "people") -> AppTest:
    app = AppTest.from_string(BOARD, default_timeout=60)
    app.session_state["board_view"] = view
    app.run()
    assert not app.exception
    return app


@pytest.mark.slow
def test_only_the_teacher_sees_the_board(as_teacher: Callable[[str | None], None]) -> None:
    assert "Presentation view" in [one.label for one in open_page("runs").sidebar.toggle]
    as_teacher(spaces.new_token())
    assert [info.value for info in board().info] == ["This page is the teacher's."]
    assert "Presentation view" not in [one.label for one in open_page("runs").sidebar.toggle]


@pytest.mark.slow
def test_the_board_shows_each_visitor_with_the_latest_run(
    tiny_run: Run, as_teacher: Callable[[str | None], None]
) -> None:
    assert "Nobody has come yet" in board().info[0].value
    first, second = come(), come()
    give(first, tiny_run)
    keep(second, 0, 1)
    table = board().dataframe[0].value.set_index("Name")
    assert table.loc[first.name, "Latest run"] == tiny_run.name
    assert table.loc[first.name, "State"] == "finished"
    assert 0 < table.loc[first.name, "Accuracy"] <= 1
    assert table.loc[second.name, "Latest run"] == ""
    assert table.loc[second.name, "Digits"] == 2
    with storage.acting_in(storage.room()):
        found = {pupil.space.id: pupil for pupil in pupils.pupils()}
    points = found[first.id].points
    assert 0 < points[0][0] < points[-1][0] <= 1
    assert len(points) <= pupils.POINTS
    assert len(board("curves").get("plotly_chart")) == 1


def test_digits_are_those_of_visitors_who_agreed(as_teacher: Callable[[str | None], None]) -> None:
    shares, private = come(), come()
    keep(shares, 0, MISREAD)
    keep(private, 1)
    with storage.acting_in(storage.room()):
        assert class_digits() == []
        spaces.change(shares, shares_digits=True)
        found = class_digits()
        assert {one.writer for one in found} == {shares.name}
        best = snapshots.find("best")
        wrong = misread_counts([best], found)
        assert [one.digit.label for one in found if wrong[one.digit.id]] == [2]
        assert sorted(answers(best, found).values()) == [7, 7]
        assert collect() == 2
        assert collect() == 0
        assert len(my_digits.list_digits()) == 2
        spaces.change(shares, shares_digits=False)
        assert class_digits() == []


@pytest.mark.slow
def test_a_visitor_agrees_by_a_switch_that_is_off(as_teacher: Callable[[str | None], None]) -> None:
    token = spaces.new_token()
    space = come(token)
    as_teacher(token)
    page = open_page("my_digits")
    switch = page.toggle(key="shares_digits")
    assert switch.value is False
    switch.set_value(True).run()
    assert spaces.find_space(space.id).shares_digits
    as_teacher(None)
    assert "shares_digits" not in [toggle.key for toggle in open_page("my_digits").toggle]


@pytest.mark.slow
def test_a_message_reaches_all(as_teacher: Callable[[str | None], None]) -> None:
    page = board()
    page.text_area(key=TEXT).set_value("Look at *me*").run()
    press(page, "Show it to all")
    as_teacher(spaces.new_token())
    assert open_page("runs").info[0].value == r"Look at \*me\*"
    as_teacher(None)
    press(board(), "Take it away")
    with storage.acting_in(storage.room()):
        assert rules.rules().message == ""


@pytest.mark.slow
def test_a_run_is_shared_and_stopped(
    tiny_run: Run, as_teacher: Callable[[str | None], None]
) -> None:
    space = come()
    page = board()
    page.selectbox(key=PUPIL).set_value(space.id).run()
    assert "choose another" in press(page, "Share the run with all").error[0].value
    give(space, tiny_run)
    press(page, "Share the run with all")
    with storage.acting_in(storage.room()):
        (shared,) = sharing.shared_runs()
    assert shared.name == f"{tiny_run.name} by {space.name}"
    assert "expected one that trains" in press(page, "Stop the run").error[0].value
    page = board()
    press(page, "Share it no more")
    with storage.acting_in(storage.room()):
        assert sharing.shared_runs() == []
    with storage.acting_in(space.home):
        assert desired_state.read(registry.find_run(tiny_run.id)).mode == "run"


@pytest.mark.slow
def test_the_teacher_renames_a_visitor_and_deletes_a_run(
    tiny_run: Run, as_teacher: Callable[[str | None], None]
) -> None:
    space = come()
    give(space, tiny_run)
    page = board()
    page.selectbox(key=PUPIL).set_value(space.id).run()
    page.text_input(key=NAME).set_value("Ada 7").run()
    press(page, "Rename")
    assert spaces.find_space(space.id).name == "Ada 7"
    page.text_input(key=NAME).set_value("<b>").run()
    assert press(page, "Rename").error
    press(page, "Delete the run")
    with storage.acting_in(space.home):
        assert [run for run in registry.list_runs() if not run.bundled] == []
        # Its owner brings it back.
        assert metadata.restore(metadata.find_deleted(tiny_run.id)).run.name == tiny_run.name


@pytest.mark.slow
def test_the_room_is_emptied_after_a_question(as_teacher: Callable[[str | None], None]) -> None:
    keep(come(), 0)
    page = board()
    (button,) = [one for one in page.button if one.label == "Reset"]
    assert button.disabled
    page.checkbox(key=SURE).check().run()
    press(page, "Reset")
    with storage.acting_in(storage.room()):
        assert spaces.list_spaces() == []
        (backup,) = reset.backups()
    assert backup.name in page.success[0].value


@pytest.mark.slow
def test_a_window_that_is_the_teachers_no_more_changes_nothing(
    as_teacher: Callable[[str | None], None],
) -> None:
    page = board()
    page.text_area(key=TEXT).set_value("Look at me").run()
    as_teacher(spaces.new_token())
    press(page, "Show it to all")
    with storage.acting_in(storage.room()):
        assert rules.rules().message == ""


@pytest.mark.slow
def test_the_lesson_is_on_the_board(as_teacher: Callable[[str | None], None]) -> None:
    page = board("lesson")
    assert "12. The label of this image says 2" in text_of(page)
    assert not page.success
    page.toggle(key="board_solutions").set_value(True).run()
    assert len(page.success) == 12


def test_a_digit_of_the_class_keeps_its_pixels(as_teacher: Callable[[str | None], None]) -> None:
    space = come()
    keep(space, 5)
    with storage.acting_in(storage.room()):
        spaces.change(space, shares_digits=True)
        collect()
        (digit,) = my_digits.list_digits()
    np.testing.assert_array_equal(digit.image, load_mnist().x_test[5])
    assert digit.answers == ()
