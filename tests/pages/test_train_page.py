"""Train and Film: what a person can tell a training, and what they see of it."""

import json

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import desired_state, metrics_log, registry, snapshots
from tests.helpers.made_runs import BUNDLED
from tests.helpers.pages import open_page, press, text_of

pytestmark = [pytest.mark.pages, pytest.mark.slow]


def test_a_paused_run_makes_single_steps_and_takes_a_learning_rate() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "paused")
    storage.write_json(run.path / "status.json", {"state": "paused", "step": 7, "total": 9_380})
    with FileLock(run.path / "worker.lock"):
        app = open_page("train", run)
        press(app, "One batch")
        assert desired_state.read(run) == desired_state.DesiredState("run", 8, None)
        press(app, "One epoch")
        assert desired_state.read(run) == desired_state.DesiredState("run", 469, None)
        app.number_input(key=f"rate-{run.id}").set_value(0.02).run()
        press(app, "Set")
        press(app, "Go on")
        assert desired_state.read(run) == desired_state.DesiredState("run", None, 0.02)
        app.number_input(key=f"rate-{run.id}").set_value(7.0).run()
        press(app, "Set")
        assert app.error[0].value == "learning_rate: expected 1e-06 to 0.1, got 7"
        press(app, "Back to the schedule")
        assert desired_state.read(run).learning_rate is None
        assert not app.error
        press(app, "Stop and keep")
        assert desired_state.read(run).mode == "stop"


def test_an_interrupted_run_says_where_it_went_on_and_what_was_damaged() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "unlucky")
    events = [
        {"event": "start", "step": 0},
        {"event": "resume", "step": 1_234, "damaged_checkpoints": ["step-0001300.npz"]},
    ]
    run.metrics_file.write_text("".join(json.dumps(event) + "\n" for event in events))
    app = open_page("train", run)
    assert (
        "Stopped or killed once before; it went on from step 1,234, exactly as it was there. "
        "Damaged and passed over: step-0001300.npz."
    ) in text_of(app)


def test_the_table_sets_each_epoch_beside_the_published_one() -> None:
    app = open_page("train")
    app.button_group(key="train_more").set_value("Table").run()
    app.sidebar.selectbox(key="run").set_value("reference").run()
    table = app.dataframe[0].value
    assert len(table) == 20
    last = table.iloc[-1]
    assert last["val_accuracy published"] == 0.9945
    stored = [row for row in metrics_log.read(registry.find_run("reference")) if row.epoch == 20][
        -1
    ]
    assert last["val_accuracy here"] == stored.accuracy
    assert last["val_accuracy difference"] == pytest.approx(stored.accuracy - 0.9945)


@pytest.mark.parametrize("view", ["Gap", "Learning rate", "Time"])
def test_more_about_a_run_is_drawn(view: str) -> None:
    app = open_page("train")
    app.button_group(key="train_more").set_value(view).run()
    assert not app.exception


def test_a_fork_beyond_the_limits_is_refused_on_the_page() -> None:
    app = open_page("train")
    best = registry.find_run("best")
    app.number_input(key=f"more_{best.id}_17200").set_value(0).run()
    press(app, "Start the new run")
    assert app.error[0].value == "epochs: expected at least 1, got 0"
    assert [run.name for run in registry.list_runs()] == list(BUNDLED)


def test_the_film_turns_the_snapshot_of_all_pages_and_drops_none() -> None:
    app = open_page("film")
    steps = snapshots.steps_of(registry.find_run("best"))
    press(app, "First")
    for number, step in enumerate(steps[:3]):
        assert app.sidebar.select_slider(key="snapshot").value == step
        assert next(button for button in app.button if button.label == "First").disabled == (
            number == 0
        )
        press(app, "Next")
    press(app, "Last")
    assert not app.exception
    right = {metric.label: metric.value for metric in app.metric}["Right"]
    stored = metrics_log.last_row(metrics_log.read(registry.find_run("best")), "validation")
    assert stored is not None
    assert right == f"{stored.accuracy:.2%}"
