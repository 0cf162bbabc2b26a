"""What can go wrong around a training, made to happen: true states, and nothing lost."""

import os
import shutil
from pathlib import Path

import pytest

from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metrics_log, registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import read_status, run_state
from mnistviz.training import launcher
from tests.helpers.trainings import (
    LONG,
    SHORT,
    SMALL,
    kill,
    wait_for_exit,
    wait_for_rows,
    wait_until,
)

pytestmark = [pytest.mark.process, pytest.mark.slow]


def find_faketime() -> str:
    """Path of Debian's libfaketime. Skips the test where there is none, but never in CI."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        message = "expected Debian's faketime, found none; install faketime"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return str(found[0])


def test_a_clock_set_back_changes_no_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    with monkeypatch.context() as faked:
        faked.setenv("LD_PRELOAD", find_faketime())
        faked.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
        faked.setenv("FAKETIME_NO_CACHE", "1")
        faked.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        small = ModelSpec(channels=(2, 2, 2))
        run = launcher.start("reference", small, SHORT.changed(epochs=8), "clockwork")
    wait_for_rows(run, 3)
    status = read_status(run)
    assert status is not None
    before = status.heartbeat
    clock.write_text("-2d")
    wait_until(run, "finished")
    status = read_status(run)
    assert status is not None
    # It was set back indeed.
    assert status.heartbeat < before
    seconds = [row.seconds for row in metrics_log.read(run)]
    assert seconds == sorted(seconds)
    after = launcher.start("reference", small, SHORT, "after")
    wait_until(after, "finished")


def test_killed_runs_can_be_resumed() -> None:
    """As after a restart of the machine: no process is left, and no lock."""
    first = launcher.start("reference", ModelSpec(), LONG, "first")
    waiting = launcher.start("reference", SMALL, SHORT, "waiting")
    wait_for_rows(first, 5)
    kill(first)
    kill(waiting)
    for run in (first, waiting):
        assert run_state(run) == "crashed"
        assert run.id in [other.id for other in registry.list_runs()]
    launcher.resume(waiting)
    wait_until(waiting, "finished")
    assert snapshots.steps_of(first)
    assert metrics_log.read(first)


def test_a_run_with_a_nan_loss_fails_and_resumes_with_a_smaller_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rate that no page would take, put there past the check: weights overflow at once."""
    spec = TrainSpec(epochs=30, batch_size=8, num_images=2_000, held_out=200)
    run = launcher.start("plain", ModelSpec(batch_norm=False, dropout=0.0), spec, "wild")
    monkeypatch.setattr("mnistviz.runs.desired_state.checked_learning_rate", lambda rate: rate)
    wait_for_rows(run, 3)
    launcher.set_learning_rate(run, 1e30)
    wait_until(run, "failed")
    status = read_status(run)
    assert status is not None
    assert "the loss is no longer a number at step" in status.error
    assert "with a learning rate below 1e+30" in status.error
    launcher.resume(run, learning_rate=1e-4)
    wait_for_rows(run, len(metrics_log.read(run)) + 5)
    launcher.stop(run)
    wait_until(run, "stopped")
    assert all(row.loss == row.loss for row in metrics_log.read(run))


def test_a_damaged_spec_is_reported_and_other_runs_are_trained(tiny_run: Run) -> None:
    (tiny_run.path / "spec.json").write_text('{"schema_version": 1, "recipe"')
    assert [damaged.id for damaged in registry.damaged_runs()] == [tiny_run.id]
    with pytest.raises(RunError) as error:
        registry.find_run(tiny_run.id)
    assert "spec.json can't be read" in str(error.value)
    other = launcher.start("reference", SMALL, SHORT, "other")
    wait_until(other, "finished")


def test_a_deleted_folder_ends_only_its_worker() -> None:
    run = launcher.start("reference", ModelSpec(), LONG, "gone")
    wait_for_rows(run, 3)
    while run.path.exists():  # its worker may put a file there between two steps of this
        shutil.rmtree(run.path, ignore_errors=True)
    after = launcher.start("reference", SMALL, SHORT, "after")
    wait_for_exit(run, seconds=60)
    wait_until(after, "finished")
