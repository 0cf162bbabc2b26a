"""`python -m mnistviz train` where it goes on with a run, and what a training is told."""

import json
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from typer.testing import CliRunner

from mnistviz.__main__ import app
from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import desired_state, event_files, registry, snapshots
from tests.helpers.made_runs import BUNDLED

TINY = ("--epochs", "2", "--limit", "300", "--batch-size", "50")


def invoke(*words: str) -> Any:
    return CliRunner().invoke(app, words, catch_exceptions=False)


def answer(*words: str) -> Any:
    result = invoke(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--resume", "reference", "--epochs", "3"),
            "--resume takes no other setting than --learning-rate: a run goes on",
        ),
        (
            ("--from", "reference:3", "--recipe", "plain"),
            "--from takes no recipe and no network: they are those of the parent",
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
    with pytest.raises(MnistVizError) as error:
        invoke("train", *words)
    assert str(error.value) == message
    assert [run.name for run in registry.list_runs()] == list(BUNDLED)


def test_a_finished_run_says_so_and_is_no_error() -> None:
    result = invoke("train", "--resume", "reference", "--json")
    assert result.exit_code == 0
    assert result.stderr == "reference is finished: there is nothing left to train\n"
    found = json.loads(result.stdout)
    assert found["resumed_from_step"] is None
    assert found["epochs"] == 20
    assert len(found["epoch_seconds"]) == 20


@pytest.mark.parametrize("wish", ["stop", "pause"])
def test_a_run_that_does_not_train_can_not_be_told_to(wish: str) -> None:
    registry.create_run("reference", ModelSpec(), TrainSpec(), "idle")
    with pytest.raises(MnistVizError) as error:
        invoke("runs", wish, "idle")
    assert str(error.value) == "idle is crashed: there is no training to tell that"


@pytest.mark.slow
@pytest.mark.process
def test_a_training_is_stopped_resumed_and_forked_from_the_command_line() -> None:
    first = answer("train", *TINY, "--name", "first", "--gap")
    run = registry.find_run("first")
    # As if it had been stopped after its first epoch: the status alone says that it ended.
    fork = answer("train", "--from", "first:1", "--name", "second")
    assert fork["epochs"] == 1
    second = registry.find_run("second")
    assert second.spec.parent is not None
    assert (second.spec.parent.run, second.spec.parent.step) == (run.id, 6)
    assert second.spec.train.learning_rate == run.spec.train.learning_rate_at(6)
    storage.write_json(run.path / "status.json", {"state": "stopped", "step": 6, "total": 12})
    again = answer("train", "--resume", "first", "--tensorboard")
    assert again["resumed_from_step"] == 0
    assert again["val_accuracy"] == first["val_accuracy"]
    scalars = EventAccumulator(str(event_files.folder_of(run) / "validation"))
    scalars.Reload()
    assert [event.step for event in scalars.Scalars("accuracy")] == [6, 12]
    listed = {row["name"]: row for row in answer("runs")}
    assert listed["second"]["parent"] == {"run": run.id, "step": 6}
    assert snapshots.steps_of(run) == [0, 1, 2, 5, 6, 12]
    assert desired_state.read(run) == desired_state.Control()
