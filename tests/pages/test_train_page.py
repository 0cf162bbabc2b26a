"""The Train page: settings, the state of a training, and its control."""

import json

import pytest
import streamlit as st
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES
from mnistviz.core.train_spec import TrainSpec
from mnistviz.evaluation.learning_step import last_single_step
from mnistviz.runs import desired_state, registry
from mnistviz.runs.queue.slots import Slot
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.training import memory, warm_start
from mnistviz.ui.train.curves_view import EPOCH_CHARTS
from tests.helpers.made_runs import BUNDLED, small_run
from tests.helpers.pages import button_labels, metrics_of, open_page, press, text_of

pytestmark = pytest.mark.pages

START = "Start training"


@pytest.mark.parametrize(
    ("widget", "key", "value", "field"),
    [
        ("number_input", "reference_seed", -1, "seed"),
        ("text_input", "reference_channels", "0,x", "channels"),
    ],
)
def test_a_setting_out_of_its_limits_is_an_error(
    widget: str, key: str, value: int | str, field: str
) -> None:
    app = open_page("train")
    getattr(app, widget)(key=key).set_value(value).run()
    assert app.error[0].value.startswith(f"{field}: expected")
    assert START not in button_labels(app)


def test_the_form_shows_the_parameters_of_a_channel_plan() -> None:
    app = open_page("train")
    app.text_input(key="reference_channels").set_value("8/16/32").run()
    parameters = ModelSpec(channels=(8, 16, 32)).parameters
    assert f"**{parameters:,} parameters**" in text_of(app)
    assert START in button_labels(app)


def test_the_form_has_the_settings_of_the_recipe() -> None:
    plain = RECIPES["plain"]
    app = open_page("train")
    app.selectbox(key="train_recipe").set_value("plain").run()
    channels = app.text_input(key="plain_channels").value
    assert channels == ",".join(map(str, plain.model.channels))
    assert app.number_input(key="plain_num_images").value == plain.train.num_images
    assert app.toggle(key="plain_batch_norm").value is plain.model.batch_norm
    assert f"**{plain.model.parameters:,} parameters**" in text_of(app)


@pytest.mark.parametrize(
    ("state", "does"),
    [("queued", "waits for its turn."), ("running", "is training."), ("paused", "is paused.")],
)
def test_other_runs_are_listed_with_what_they_do(state: str, does: str) -> None:
    other = small_run("other")
    storage.write_json(other.path / "status.json", {"state": state})
    with FileLock(other.path / "worker.lock"):
        app = open_page("train")
        assert f"**other** {does}" in text_of(app)
        press(app, "Show it")
        assert app.subheader[0].value == "other"
        assert "Show it" not in button_labels(app)


def test_a_silent_training_says_so_and_shows_no_speed() -> None:
    run = small_run("asleep")
    row = {"split": "batch", "loss": 1.0, "accuracy": 0.5, "learning_rate": 0.1, "epoch": 1}
    rows = [{**row, "step": step, "seconds": float(step)} for step in (1, 2, 3)]
    run.metrics_file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    status = {"state": "running", "step": 3, "heartbeat": "2026-01-01T00:00:00+00:00"}
    storage.write_json(run.path / "status.json", status)
    with FileLock(run.path / "worker.lock"):
        app = open_page("train", run)
        assert app.warning[0].value.startswith("No sign of life for ")
        assert metrics_of(app)["Time left"] == metrics_of(app)["Images per second"] == "–"


@pytest.mark.slow
def test_a_name_that_is_taken_is_an_error() -> None:
    app = open_page("train")
    app.text_input(key="train_name").set_value("reference").run()
    press(app, START)
    assert app.error[0].value.startswith("name: 'reference' is taken")


def test_too_little_memory_is_said_and_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 0)
    app = open_page("train")
    assert [warning.value for warning in app.warning] == [memory.shortage()]
    press(app, "Try it out")
    assert [error.value for error in app.error] == [memory.shortage()]
    assert [run.name for run in registry.list_runs()] == list(BUNDLED)


@pytest.mark.slow
def test_the_open_page_wants_a_warm_worker_with_the_settings_of_the_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted: list[warm_start.Wish] = []
    monkeypatch.setattr(warm_start, "want", lambda *wishes: wanted.extend(wishes))
    app = open_page("train")
    app.text_input(key="reference_channels").set_value("8/16/32").run()
    assert wanted[-2][1].batch_size == RECIPES["try-out"].train.batch_size
    assert wanted[-1][0] == ModelSpec(channels=(8, 16, 32))
    # Another run trains: there is no slot for a warm worker.
    wanted.clear()
    with Slot(storage.home()) as slot:
        assert slot.take(small_run("busy"))
        app.run()
    assert wanted == []


@pytest.mark.slow
def test_a_paused_run_is_stepped_and_gets_a_learning_rate() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "paused")
    storage.write_json(run.path / "status.json", {"state": "paused", "step": 7, "total": 9_380})
    with FileLock(run.path / "worker.lock"):
        app = open_page("train", run)
        press(app, "One batch")
        assert desired_state.read(run) == desired_state.DesiredState("run", 8, None)
        press(app, "One epoch")
        end_of_epoch = run.spec.train.steps_per_epoch
        assert desired_state.read(run) == desired_state.DesiredState("run", end_of_epoch, None)
        app.number_input(key=f"rate-{run.id}").set_value(0.02).run()
        press(app, "Set")
        press(app, "Go on")
        assert desired_state.read(run) == desired_state.DesiredState("run", None, 0.02)
        app.number_input(key=f"rate-{run.id}").set_value(7.0).run()
        press(app, "Set")
        assert app.error[0].value.startswith("learning_rate: expected")
        press(app, "Use the planned learning rate again")
        assert desired_state.read(run).learning_rate is None
        assert not app.error
        press(app, "Stop and keep")
        assert desired_state.read(run).mode == "stop"


def test_a_resumed_run_shows_the_step_and_the_damaged_checkpoints() -> None:
    run = small_run("unlucky")
    events = [
        {"event": "start", "step": 0},
        {"event": "resume", "step": 1_234, "damaged_checkpoints": ["step-0001300.npz"]},
    ]
    run.metrics_file.write_text("".join(json.dumps(event) + "\n" for event in events))
    text = text_of(open_page("train", run))
    assert "step 1,234" in text
    assert "step-0001300.npz" in text


def test_a_crashed_run_is_an_error_on_the_page() -> None:
    run = small_run("dead")
    storage.write_json(run.path / "status.json", {"state": "running", "step": 3, "total": 9})
    assert app_errors(run) == ["This run crashed"]


def app_errors(run: Run) -> list[str]:
    """The beginnings, up to a colon, of the errors that the page shows of a run."""
    return [error.value.partition(":")[0] for error in open_page("train", run).error]


@pytest.mark.parametrize("imported", [False, True])
def test_only_a_run_with_its_checkpoints_can_be_resumed(imported: bool) -> None:
    run = small_run("half")
    storage.write_json(run.path / "status.json", {"state": "stopped", "step": 3, "total": 9})
    label = {"name": "half", "note": "", "deleted": False, "imported": imported}
    storage.write_json(run.path / "label.json", label)
    assert ("Train on" in button_labels(open_page("train", run))) is not imported


@pytest.mark.slow
def test_each_view_of_more_about_a_run_shows_something_else(tiny_run: Run) -> None:
    app = open_page("train", tiny_run)
    texts = set()
    for view in (*EPOCH_CHARTS, "Table"):
        app.button_group(key="train_more").set_value(view).run()
        assert not app.exception
        # Loss, accuracy and a kernel are there, too; the view adds a chart or a table.
        assert (len(app.get("plotly_chart")), len(app.dataframe)) == (
            (3, 1) if view == "Table" else (4, 0)
        )
        texts.add(text_of(app))
    assert len(texts) == len(EPOCH_CHARTS) + 1


@pytest.mark.slow
def test_a_fork_out_of_the_limits_is_an_error(tiny_run: Run) -> None:
    app = open_page("train", tiny_run)
    step = latest_snapshot(tiny_run).step
    app.number_input(key=f"more_{tiny_run.id}_{step}").set_value(0).run()
    press(app, "Start the new run")
    assert app.error[0].value.startswith("epochs: expected")
    assert {run.name for run in registry.list_runs()} == {*BUNDLED, tiny_run.name}


def test_the_page_shows_what_one_step_changed(tiny_run: Run) -> None:
    app = open_page("train", tiny_run)
    assert not app.exception
    text = text_of(app)
    assert f"**Step {last_single_step(tiny_run)}.** The network saw" in text
    assert "The picture with the largest loss is a **" in text


@pytest.mark.slow
def test_a_finished_run_shows_what_is_measured_alike_and_the_values_of_its_layers() -> None:
    app = open_page("train")
    assert "**Both are measured alike**" in text_of(app)
    assert not app.toggle(key="while_learning_best").value
    app.toggle(key="while_learning_best").set_value(True).run()
    assert "do not compare with validation" in text_of(app)
    app.button_group(key="train_more").set_value("Distributions").run()
    assert "From the 49 snapshots of this run" in text_of(app)
    app.button_group(key="distributions_kind").set_value("gradients").run()
    assert "trained before they were logged" in app.info[-1].value


@pytest.mark.slow
def test_an_old_run_is_measured_like_its_validation_on_request(tiny_run: Run) -> None:
    rows = tiny_run.metrics_file.read_text().splitlines()
    old = [row for row in rows if "train_sample" not in row and "fixed_train" not in row]
    tiny_run.metrics_file.write_text("".join(row + "\n" for row in old))
    # A log only grows: the page would remember what it read for another test.
    st.cache_resource.clear()
    app = open_page("train", tiny_run)
    assert "**Both are measured alike**" not in text_of(app)
    press(app, "Measure the training images like the validation")
    assert "**Both are measured alike**" in text_of(app)


@pytest.mark.slow
def test_distributions_of_a_short_run_are_those_of_its_snapshots(tiny_run: Run) -> None:
    lines = tiny_run.metrics_file.read_text().splitlines()
    reports = [line for line in lines if json.loads(line).get("event") == "distributions"]
    short = [line for line in lines if line not in reports[1:]]
    tiny_run.metrics_file.write_text("".join(line + "\n" for line in short))
    # A log only grows: the page would remember what it read for another test.
    st.cache_resource.clear()
    app = open_page("train", tiny_run)
    app.button_group(key="train_more").set_value("Distributions").run()
    assert not app.exception
    assert "snapshots of this run. Trainings of more than 100 steps log" in text_of(app)
