"""Pages in class mode: the visitor's own space, what is hidden, and who may not come in."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.classroom import spaces
from mnistviz.classroom.spaces import Space
from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.room import limits, rules
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.ui.shared import state
from mnistviz.ui.shared.classroom import frame, visitor
from mnistviz.ui.start.progress import LED
from tests.helpers.made_runs import make_run
from tests.helpers.pages import button_labels, open_page, press, text_of

pytestmark = pytest.mark.pages

Enter = Callable[[str | None], Space | None]


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Enter]:
    """Lets the pages that are opened next be those of the browser with a token; None: teacher."""

    def enter(token: str | None) -> Space | None:
        monkeypatch.setattr(visitor, "is_teacher", lambda: token is None)
        monkeypatch.setattr(visitor, "token", lambda: token or spaces.new_token())
        with storage.acting_in(storage.room()):
            return spaces.enter(token) if token else None

    storage.serve_class(visitor.find_home)
    yield enter
    storage.serve_class(None)


def registry_of(space: Space | None) -> list[Run]:
    """The runs that a visitor sees."""
    assert space is not None
    with storage.acting_in(space.home):
        return registry.list_runs()


def open_address(run: str) -> AppTest:
    """The Overview, with a run in its address."""
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60)
    app.session_state[LED] = True
    app.query_params["run"] = run
    return app.run()


def test_a_visitor_sees_no_run_and_no_digit_of_another(enter: Enter) -> None:
    first, second = spaces.new_token(), spaces.new_token()
    space = enter(first)
    assert space is not None
    with storage.acting_in(space.home):
        run = registry.create_run("try-out", ModelSpec(), TrainSpec(), "hidden seven")
        my_digits.save(np.full((28, 28), 200, np.uint8), 7)
    options = open_page("runs").sidebar.selectbox(key="run").options
    assert "hidden seven" in options
    enter(second)
    for wanted in (run.id, run.name, f"../{space.id}/{run.id}", str(run.path)):
        page = open_address(wanted)
        assert not page.exception
        assert "is not there" in page.sidebar.warning[0].value
        assert "hidden seven" not in page.sidebar.selectbox(key="run").options
        assert page.sidebar.selectbox(key="run").value == registry.DEFAULT_RUN
    assert "You have none yet" in open_page("my_digits").info[0].value


@pytest.mark.slow
def test_a_visitor_has_a_name_that_can_be_changed(enter: Enter) -> None:
    token = spaces.new_token()
    space = enter(token)
    assert space is not None
    page = open_page("overview")
    assert page.sidebar.text_input(key="class_name").value == space.name
    page.sidebar.text_input(key="class_name").set_value("Ada 7").run()
    assert spaces.find_space(space.id).name == "Ada 7"
    page.sidebar.text_input(key="class_name").set_value("<b>Ada</b>").run()
    assert "choose another name" in page.sidebar.error[0].value
    assert spaces.find_space(space.id).name == "Ada 7"


def test_the_room_is_the_teachers_home(enter: Enter) -> None:
    enter(None)
    with storage.acting_in(storage.room()):
        run = registry.create_run("try-out", ModelSpec(), TrainSpec(), "of the teacher")
    page = open_page("runs")
    assert run.name in page.sidebar.selectbox(key="run").options
    assert "Teacher" in page.sidebar.markdown[0].value


def test_what_the_teacher_hides_is_not_served(enter: Enter) -> None:
    rules.write(hidden_pages=["kernels"], hidden_actions=["training"], message="*Stop* <b>now</b>")
    space = enter(spaces.new_token())
    page = open_page("kernels")
    assert not page.sidebar.selectbox
    assert [info.value for info in page.info][-1] == "The teacher has hidden this page for now."
    assert page.info[0].value == r"\*Stop\* \<b\>now\<\/b\>"
    refused = press(open_page("train"), "Try it out")
    assert refused.warning[0].value == rules.refusal("training")
    assert refused.error[0].value == rules.refusal("training")
    assert [run for run in registry_of(space) if not run.bundled] == []
    enter(None)
    assert open_page("kernels").sidebar.selectbox


def test_a_browser_without_the_cookie_comes_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spaces, "is_token", lambda text: False)
    storage.serve_class(visitor.find_home)
    try:
        page = open_page("runs")
    finally:
        storage.serve_class(None)
    assert "Allow cookies" in page.error[0].value
    assert not page.sidebar.selectbox
    assert not page.exception


def test_a_window_too_many_says_so(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(spaces.new_token())
    monkeypatch.setattr(visitor, "open_windows", lambda: limits.MAX_WINDOWS + 1)
    page = open_page("overview")
    assert "Close one of them" in page.error[0].value
    assert not page.sidebar.selectbox


@pytest.mark.slow
def test_a_full_memory_keeps_new_visitors_out(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(spaces.new_token())
    page = open_page("overview")
    monkeypatch.setattr(frame, "available_memory", lambda: 0)
    assert not page.run().error
    assert "memory" in open_page("overview").error[0].value


@pytest.mark.slow
def test_deleting_asks_before_and_can_be_undone(enter: Enter) -> None:
    space = enter(spaces.new_token())
    assert space is not None
    with storage.acting_in(space.home):
        run = make_run("mine")
    page = open_page("overview")
    page.session_state[state.CHOSEN_RUNS] = [run.id]
    page.switch_page("pages/runs.py").run()
    assert "Delete" not in button_labels(page)
    press(page, "Yes, delete")
    with storage.acting_in(space.home):
        assert [each.name for each in registry.deleted_runs()] == ["mine"]
    press(page, "Bring back")
    with storage.acting_in(space.home):
        assert registry.deleted_runs() == []


def test_alone_nothing_of_a_class_is_shown() -> None:
    page = open_page("overview")
    assert not page.sidebar.text_input
    assert "address of this class" not in text_of(page)
    assert "Show it large" not in button_labels(page)
