"""`python -m mnistviz train` where it goes on with a run, and what a training is told."""

import json

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import desired_state, event_files, registry, snapshots
from mnistviz.training import memory
from tests.helpers.command_line import error_of, invoke, run_json
from tests.helpers.made_runs import BUNDLED

TINY = ("--epochs", "2", "--limit", "300", "--batch-size", "50")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--resume", "reference", "--epochs", "3"),
            "--resume takes no other setting than --learning-rate: a run goes on",
        ),
        (
            ("--from", "reference:3", "--recipe", "plain"),
            "--from takes no recipe, no network and no data set: they are those of the parent",
        ),
        (
            ("--from", "reference:21"),
            "run: 'reference' has no snapshot of epoch '21'; there are: "
            + ", ".join(str(epoch) for epoch in range(21)),
        ),
        (
            ("--resume", "nobody"),
            f"run: no run has the name or id 'nobody'; there are: {', '.join(BUNDLED)}",
        ),
    ],
)
def test_what_can_not_be_done_is_said_and_starts_nothing(
    words: tuple[str, ...], message: str
) -> None:
    assert str(error_of("train", *words)) == message
    assert [run.name for run in registry.list_runs()] == list(BUNDLED)


def test_too_little_memory_is_said_and_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 0)
    assert str(error_of("train", *TINY)) == memory.shortage()
    assert [run.name for run in registry.list_runs()] == list(BUNDLED)


def test_a_finished_run_says_so_and_is_no_error() -> None:
    result = invoke("train", "--resume", "reference", "--json")
    assert result.exit_code == 0
    assert result.stderr == "reference is finished: there is nothing left to train\n"
    value = json.loads(result.stdout)
    assert value["resumed_from_step"] is None
    assert value["epochs"] == 20
    assert len(value["epoch_seconds"]) == 20


@pytest.mark.parametrize("wish", ["stop", "pause"])
def test_a_run_that_does_not_train_can_not_be_told_to(wish: str) -> None:
    registry.create_run("reference", ModelSpec(), TrainSpec(), "idle")
    assert (
        str(error_of("runs", wish, "idle")) == "idle is crashed: there is no training to tell that"
    )


@pytest.mark.slow
@pytest.mark.process
def test_a_training_is_stopped_resumed_and_forked_from_the_command_line() -> None:
    first = run_json("train", *TINY, "--name", "first", "--gap")
    run = registry.find_run("first")
    # As if it had been stopped after its first epoch: the status alone says that it ended.
    fork = run_json("train", "--from", "first:1", "--name", "second")
    assert fork["epochs"] == 1
    second = registry.find_run("second")
    assert second.spec.parent is not None
    assert (second.spec.parent.run, second.spec.parent.step) == (run.id, 6)
    assert second.spec.train.learning_rate == run.spec.train.learning_rate_at(6)
    storage.write_json(run.path / "status.json", {"state": "stopped", "step": 6, "total": 12})
    again = run_json("train", "--resume", "first", "--tensorboard")
    assert again["resumed_from_step"] == 0
    assert again["val_accuracy"] == first["val_accuracy"]
    scalars = EventAccumulator(str(event_files.folder_of(run) / "validation"))
    scalars.Reload()
    assert [event.step for event in scalars.Scalars("accuracy")] == [6, 12]
    listed = {row["name"]: row for row in run_json("runs")}
    assert listed["second"]["parent"] == {"run": run.id, "step": 6}
    assert snapshots.steps_of(run) == [0, 1, 2, 5, 6, 12]
    assert desired_state.read(run) == desired_state.DesiredState()
