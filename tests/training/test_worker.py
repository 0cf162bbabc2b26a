"""The training process, for real: started, watched, stopped, killed."""

import os
import resource
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.types.arrays import FloatArray
from mnistviz.runs import checkpoints, metrics_log, registry, snapshots
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.queue.order import queued_before
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import read_status, run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher
from tests.helpers.trainings import (
    KILLED,
    LONG,
    SHORT,
    SMALL,
    kill,
    wait_for_checkpoint,
    wait_for_event,
    wait_for_exit,
    wait_for_rows,
    wait_for_step,
    wait_until,
)

pytestmark = pytest.mark.process


@pytest.mark.slow
def test_a_finished_run_has_all_its_files() -> None:
    run = launcher.start("reference", ModelSpec(), SHORT, "short")
    wait_until(run, "finished")
    status = read_status(run)
    assert status is not None
    assert (status.step, status.total) == (10, 10)
    assert [row.split for row in metrics_log.read(run)] == [
        *["batch"] * 10,
        "train",
        "train_sample",
        "validation",
        "test",
    ]
    assert snapshots.steps_of(run) == [0, 1, 2, 5, 10]
    for step in snapshots.steps_of(run):
        assert snapshots.read(Snapshot(run, step))
    (start,) = MetricsReader(run.metrics_file).events()
    assert start["event"] == "start"
    assert start["tensorflow"]
    wait_for_exit(run)


@pytest.mark.slow
def test_a_second_run_is_queued_and_stop_stores_the_weights() -> None:
    first = launcher.start("reference", ModelSpec(), LONG, "first")
    second = launcher.start("reference", SMALL, SHORT, "second")
    wait_for_rows(first, 5)
    assert run_state(second) == "queued"
    assert queued_before(second) == []
    launcher.stop(first)
    wait_until(first, "stopped")
    last = metrics_log.read(first)[-1]
    assert last.split == "validation"
    assert snapshots.steps_of(first)[-1] == last.step
    wait_until(second, "finished")


@pytest.mark.slow
def test_a_queued_run_can_be_stopped() -> None:
    first = launcher.start("reference", ModelSpec(), LONG, "first")
    wait_until(first, "starting", "running")
    second = launcher.start("reference", SMALL, SHORT, "second")
    launcher.stop(second)
    wait_until(second, "stopped", seconds=10)
    launcher.stop(first)
    wait_until(first, "stopped")
    assert snapshots.steps_of(second) == []


def last_weights(run: Run) -> list[FloatArray]:
    return snapshots.in_order(snapshots.read(Snapshot(run, run.spec.train.num_steps)))


def assert_same_weights(one: Run, other: Run) -> None:
    for left, right in zip(last_weights(one), last_weights(other), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_killed_run_is_crashed_and_resumes_to_the_same_weights() -> None:
    whole = launcher.start("reference", ModelSpec(), KILLED, "whole")
    wait_until(whole, "finished")
    run = launcher.start("reference", ModelSpec(), KILLED, "victim")
    wait_for_checkpoint(run, 1)
    wait_for_rows(run, 12)
    kill(run)
    # As a worker that was killed while it wrote.
    parts = [run.path / name for name in (".status.json-0.part", "snapshots/.step-1.npz-0.part")]
    for part in parts:
        part.write_bytes(b"a part")
    assert snapshots.steps_of(run)[:5] == [0, 1, 2, 5, 10]
    for step in snapshots.steps_of(run):
        assert snapshots.read(Snapshot(run, step))
    launcher.resume(run)
    wait_until(run, "finished")
    events = MetricsReader(run.metrics_file).events()
    assert [event["event"] for event in events] == ["start", "resume"]
    assert events[1]["step"] > 0
    assert not any(part.exists() for part in parts)
    assert_same_weights(run, whole)
    rows = [replace(row, seconds=0) for row in metrics_log.read(run)]
    assert rows == [replace(row, seconds=0) for row in metrics_log.read(whole)]
    assert checkpoints.files(run) == []


@pytest.mark.slow
def test_a_chosen_learning_rate_is_set_again_at_its_step_after_a_resume() -> None:
    """Killed after the change and before the next checkpoint, which is 10 s away."""
    run = launcher.start("reference", ModelSpec(), LONG, "changed")
    wait_for_checkpoint(run, 1)
    launcher.set_learning_rate(run, 0.0123)
    change = wait_for_event(run, "learning_rate")
    kill(run)
    launcher.resume(run)
    wait_for_event(run, "resume")
    again = wait_for_event(run, "learning_rate")
    assert again == change
    launcher.stop(run)
    wait_until(run, "stopped")
    rates = {row.learning_rate for row in metrics_log.read(run) if row.step > change["step"]}
    assert rates == {0.0123}


@pytest.mark.slow
def test_a_run_can_be_paused_stepped_and_continued() -> None:
    run = launcher.start("reference", ModelSpec(), LONG, "patient")
    wait_for_rows(run, 5)
    launcher.pause(run)
    wait_until(run, "paused")
    status = read_status(run)
    assert status is not None
    assert snapshots.steps_of(run)[-1] == metrics_log.read(run)[-1].step == status.step
    launcher.train_until(run, status.step + 1)
    wait_for_step(run, status.step + 1)
    wait_until(run, "paused")
    time.sleep(0.5)
    after = read_status(run)
    assert after is not None
    assert after.step == snapshots.steps_of(run)[-1] == status.step + 1
    launcher.go_on(run)
    wait_for_step(run, status.step + 20)
    launcher.stop(run)
    wait_until(run, "stopped")


@pytest.mark.slow
def test_a_fork_starts_from_a_snapshot_and_has_its_parent() -> None:
    parent = launcher.start("reference", ModelSpec(), SHORT, "parent")
    wait_until(parent, "finished")
    run = launcher.fork(Snapshot(parent, 10), SHORT.changed(seed=5), "child")
    wait_until(run, "finished")
    assert run.spec.parent == Parent(run=parent.id, step=10)
    for mine, theirs in zip(
        snapshots.in_order(snapshots.read(Snapshot(run, 0))), last_weights(parent), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_only_unfinished_runs_can_be_resumed() -> None:
    bundled = registry.find_run("reference")
    with pytest.raises(RunError) as error:
        launcher.resume(bundled)
    assert str(error.value) == (
        "reference is bundled and can't be changed; fork it: --from reference"
    )
    run = registry.create_run("reference", ModelSpec(), SHORT, "done")
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 10, "total": 10})
    with pytest.raises(RunError) as error:
        launcher.resume(run)
    assert str(error.value) == "done is finished: there is nothing left to train"


@pytest.mark.slow
def test_a_damaged_checkpoint_falls_back_to_the_previous_one() -> None:
    run = launcher.start("reference", ModelSpec(), KILLED, "damaged")
    wait_for_checkpoint(run, 2 * KILLED.steps_per_epoch)
    kill(run)
    last, before = checkpoints.files(run)[:2]
    last.write_bytes(last.read_bytes()[:5_000])
    launcher.resume(run)
    event = wait_for_event(run, "resume")
    assert event["damaged_checkpoints"] == [last.name]
    assert before.stem == f"step-{event['step']:07d}"
    wait_until(run, "finished")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("full", "limit"),
    [
        # Larger than a snapshot, smaller than a checkpoint.
        ("checkpoint", 100_000),
        # Room for all but what is added to the metrics.
        ("metrics", 2_000_000),
    ],
)
def test_a_full_disk_fails_the_run_which_resumes_later(full: str, limit: int) -> None:
    run = registry.create_run("reference", ModelSpec(), KILLED, "full")
    if full == "metrics":
        run.metrics_file.write_text(("x" * 999 + "\n") * 1_999 + "x" * 500)
    command = [sys.executable, "-m", "mnistviz.training.worker", str(run.path)]
    with (run.path / "worker.log").open("wb") as log:
        code = subprocess.call(
            command,
            stderr=log,
            cwd=PROJECT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
    assert code == 1
    status = read_status(run)
    assert status is not None
    assert (run_state(run), status.error) == (
        "failed",
        "a file of the run can't be written: File too large. Make room, then resume",
    )
    assert "Traceback" not in (run.path / "worker.log").read_text()
    assert run.id in [other.id for other in registry.list_runs()]
    launcher.resume(run)
    wait_until(run, "finished")
    assert last_weights(run)


def test_a_reused_pid_does_not_make_a_run_active() -> None:
    run = registry.create_run("reference", ModelSpec(), SHORT, "stale")
    storage.write_json(run.path / "status.json", {"state": "running", "step": 3, "total": 10})
    (run.path / "worker.lock").write_text(str(os.getpid()))
    assert run_state(run) == "crashed"


@pytest.mark.slow
def test_an_exception_is_reported_and_its_traceback_logged() -> None:
    run = registry.create_run("reference", ModelSpec(), SHORT, "faulty")
    # A file stands where the snapshots should go.
    (run.path / "snapshots").write_text("in the way")
    with (run.path / "worker.log").open("wb") as log:
        command = [sys.executable, "-m", "mnistviz.training.worker", str(run.path)]
        code = subprocess.call(command, stderr=log, cwd=PROJECT)
    assert code == 1
    status = read_status(run)
    assert status is not None
    assert status.state == "failed"
    assert "FileExistsError" in status.error
    assert "Traceback" in (run.path / "worker.log").read_text()


def test_a_worker_that_can_not_start_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RunError) as error:
        launcher.start("reference", ModelSpec(), SHORT, "lost")
    assert str(error.value) == "lost: the training process did not start (it left no word)"


@pytest.mark.slow
def test_two_workers_can_not_train_the_same_run() -> None:
    run = launcher.start("reference", ModelSpec(), LONG, "one")
    wait_until(run, "running")
    second = subprocess.run(
        [sys.executable, "-m", "mnistviz.training.worker", str(run.path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "one: another worker already trains this run" in second.stderr
    launcher.stop(run)
    wait_until(run, "stopped")
