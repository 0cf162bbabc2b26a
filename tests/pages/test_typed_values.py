"""What is typed counts, though the button is pressed at once: both arrive together."""

from typing import Any

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import desired_state, registry
from mnistviz.runs.registry import Run
from mnistviz.studies import runner, study_directory
from mnistviz.training import fine_tuning, launcher
from tests.helpers.pages import open_page

pytestmark = pytest.mark.pages


def press_at_once(app: AppTest, label: str) -> None:
    """A click that is sent together with all values that were set before."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The arguments of all trainings that would have been started."""
    calls: list[Any] = []

    def start(*arguments: Any, **named: Any) -> Run:
        calls.append((arguments, named))
        return registry.find_run("reference")

    for module, name in ((launcher, "start"), (launcher, "fork"), (fine_tuning, "start")):
        monkeypatch.setattr(module, name, start)
    return calls


@pytest.mark.slow
def test_a_training_starts_with_the_settings_and_the_name(started: list[Any]) -> None:
    app = open_page("train")
    app.selectbox(key="train_recipe").set_value("quick").run()
    app.number_input(key="quick_epochs").set_value(7)
    app.number_input(key="quick_seed").set_value(11)
    app.text_input(key="quick_channels").set_value("8,16,20")
    app.text_input(key="train_name").set_value("typed")
    press_at_once(app, "Start training")
    (((recipe, model, train, name, data), _),) = started
    assert data is None
    assert (recipe, name) == ("quick", "typed")
    # The name is taken now.
    assert app.text_input(key="train_name").value == ""
    assert model.channels == (8, 16, 20)
    assert (train.epochs, train.seed) == (7, 11)


def test_a_setting_beyond_its_limits_is_refused_in_words(started: list[Any]) -> None:
    app = open_page("train")
    app.number_input(key="reference_epochs").set_value(0)
    press_at_once(app, "Start training")
    assert not started
    assert {error.value.partition(":")[0] for error in app.error} == {"epochs"}


@pytest.mark.slow
def test_a_fork_starts_with_the_settings_and_the_name(started: list[Any]) -> None:
    run = registry.find_run("reference")
    app = open_page("train", run)
    end = app.select_slider(key=f"fork_{run.id}").value
    app.number_input(key=f"more_{run.id}_{end}").set_value(3)
    app.number_input(key=f"rate_{run.id}_{end}").set_value(0.0007)
    app.number_input(key=f"seed_{run.id}_{end}").set_value(5)
    app.text_input(key="fork_name").set_value("typed")
    press_at_once(app, "Start the new run")
    (((snapshot, train, name), _),) = started
    assert (snapshot.run, snapshot.step, name) == (run, end, "typed")
    assert app.text_input(key="fork_name").value == ""
    assert (train.epochs, train.learning_rate, train.seed) == (3, 0.0007, 5)


@pytest.mark.slow
def test_a_learning_rate_is_set() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "paused")
    storage.write_json(run.path / "status.json", {"state": "paused", "step": 7, "total": 9_380})
    with FileLock(run.path / "worker.lock"):
        app = open_page("train", run)
        app.number_input(key=f"rate-{run.id}").set_value(0.0007)
        press_at_once(app, "Set")
        assert desired_state.read(run).learning_rate == 0.0007


@pytest.mark.slow
def test_the_five_trainings_of_the_gap_have_the_settings(started: list[Any]) -> None:
    app = open_page("runs")
    app.button_group(key="runs_view").set_value("gap").run()
    app.number_input(key="gap_epochs").set_value(4)
    app.number_input(key="gap_seed").set_value(9)
    press_at_once(app, "Train the five")
    assert [(train.epochs, train.seed) for ((_, _, train, _), _) in started] == [(4, 9)] * 5


@pytest.mark.slow
def test_numbers_beyond_the_limits_of_the_gap_are_refused_in_words(started: list[Any]) -> None:
    app = open_page("runs")
    app.button_group(key="runs_view").set_value("gap").run()
    app.number_input(key="gap_epochs").set_value(500)
    press_at_once(app, "Train the five")
    assert not started
    assert {error.value.partition(":")[0] for error in app.error} == {"epochs"}


def test_a_study_has_the_settings_and_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(runner, "start", started.append)
    app = open_page("channels")
    app.text_input(key="study_name").set_value("typed")
    app.number_input(key="study_epochs_study").set_value(2)
    app.number_input(key="study_num_seeds").set_value(4)
    app.text_input(key="study_widths").set_value("4,8")
    press_at_once(app, "Train the study")
    (path,) = started
    spec = study_directory.open_study(path).spec
    assert (spec.name, spec.epochs, spec.seeds) == ("typed", 2, (0, 1, 2, 3))
    assert spec.widths == (4, 8)


@pytest.mark.slow
def test_a_copy_is_taught_with_the_settings(started: list[Any]) -> None:
    data = load_mnist()
    for number in range(8):
        my_digits.save(data.x_test[number], int(data.y_test[number]))
    app = open_page("my_digits")
    app.button_group(key="my_digits_view").set_value("teach").run()
    app.number_input(key="teach_epochs").set_value(2)
    app.number_input(key="teach_rate").set_value(0.0007)
    app.number_input(key="teach_share").set_value(0.25)
    press_at_once(app, "Teach a copy")
    (((_, _, train), named),) = started
    assert (train.epochs, train.learning_rate) == (2, 0.0007)
    assert named["share"] == 0.25
