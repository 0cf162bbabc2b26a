"""The warm worker, for real: what it trains, what it survives, and when it ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import snapshots, worker_log
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run, list_runs
from mnistviz.runs.run_state import run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher, warm_start
from tests.helpers.trainings import (
    KILLED,
    LONG,
    PATIENCE,
    SHORT,
    kill,
    wait_for_checkpoint,
    wait_for_exit,
    wait_for_rows,
    wait_until,
    worker_pids,
)

pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _warm_workers_are_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTVIZ_WARM_SECONDS", "120")
    # On a busy machine it answers late: how soon is not tested here.
    monkeypatch.setattr(warm_start, "ACCEPT_SECONDS", PATIENCE)


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        log = warm_start.files().log
        assert time.monotonic() < deadline, log.read_text() if log.exists() else "no log"
        time.sleep(0.05)


def is_waiting() -> bool:
    return storage.is_locked(warm_start.files().lock)


def warm_pid() -> int:
    """The process of the waiting warm worker."""
    folder = str(warm_start.files().folder).encode()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if folder in words:
            return int(entry.parent.name)
    raise AssertionError("no warm worker")


def start_warm(train: TrainSpec, name: str, wishes: int = 0) -> Run:
    """A run that a warm worker trains, which has compiled for it before with a wish."""
    warm_start.want(*[(ModelSpec(), train)] * wishes)
    offer = warm_start.files().offer
    wait_for(lambda: is_waiting() and storage.read_json(offer).get("rehearsed", -1) >= wishes)
    run = launcher.start("reference", ModelSpec(), train, name)
    assert warm_pid() in worker_pids(run)
    return run


def last_weights(run: Run) -> list[np.ndarray]:
    return snapshots.in_order(snapshots.read(Snapshot(run, run.spec.train.num_steps)))


def assert_same_weights(one: Run, other: Run) -> None:
    for left, right in zip(last_weights(one), last_weights(other), strict=True):
        np.testing.assert_array_equal(left, right)


def starts(run: Run) -> list[tuple[str, bool]]:
    """Each start of the run: as what, and whether in a warm worker."""
    return [(event["event"], event["warm"]) for event in MetricsReader(run.metrics_file).events()]


def test_a_run_ends_with_the_same_weights_in_a_warm_worker() -> None:
    # 47 batches of 32 and one of 28, augmented.
    train = TrainSpec(batch_size=32, epochs=2, num_images=1_500, augmentation=0.5, held_out=200)
    cold = launcher.start("reference", ModelSpec(), train, "cold")
    wait_until(cold, "finished")
    wait_for_exit(cold)
    warm = start_warm(train, "warm", wishes=1)
    wait_until(warm, "finished")
    assert (starts(cold), starts(warm)) == ([("start", False)], [("start", True)])
    assert_same_weights(warm, cold)
    # It trains one run and then returns its memory.
    wait_for_exit(warm)
    assert not is_waiting()


def test_a_killed_run_of_a_warm_worker_is_crashed_and_resumes_to_the_same_weights() -> None:
    whole = launcher.start("reference", ModelSpec(), KILLED, "whole")
    wait_until(whole, "finished")
    wait_for_exit(whole)
    run = start_warm(KILLED, "victim")
    wait_for_checkpoint(run, 1)
    kill(run)
    assert run_state(run) == "crashed"
    warm_start.want()
    wait_for(warm_start.is_offered)
    launcher.resume(run)
    wait_until(run, "finished")
    assert starts(run) == [("start", True), ("resume", True)]
    assert_same_weights(run, whole)


def test_the_crash_of_a_warm_worker_is_in_the_log_of_its_run() -> None:
    run = start_warm(LONG, "crash")
    wait_for_rows(run, 1)
    os.kill(warm_pid(), signal.SIGSEGV)
    wait_until(run, "crashed")
    assert worker_log.reason_of_end(run).startswith("Fatal Python error: Segmentation fault")


def test_a_run_of_a_warm_worker_outlives_the_process_that_started_it() -> None:
    program = """
import time
from mnistviz.core.model_spec import ModelSpec
from mnistviz.training import launcher, warm_start
from tests.helpers.trainings import LONG, PATIENCE
warm_start.ACCEPT_SECONDS = PATIENCE
warm_start.want()
while not warm_start.is_offered():
    time.sleep(0.05)
launcher.start("reference", ModelSpec(), LONG, "orphan")
time.sleep(1000)
"""
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, start_new_session=True)
    wait_for(lambda: [run for run in list_runs() if run.name == "orphan"])
    run = next(run for run in list_runs() if run.name == "orphan")
    wait_for(lambda: run_state(run) == "starting")
    # As a terminal does that is closed, with all processes of its session.
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    wait_for_rows(run, 3)
    assert starts(run) == [("start", True)]
    launcher.stop(run)
    wait_until(run, "stopped")


def test_a_warm_worker_refuses_a_run_while_no_slot_is_free() -> None:
    first = start_warm(LONG, "first")
    wait_until(first, "running")
    # One that is just starting when the slot is taken.
    warm_start.want()
    second = launcher.start("reference", ModelSpec(), SHORT, "second")
    # For a moment its process has no state yet.
    wait_until(second, "queued")
    # It waits without TensorFlow, and no warm worker is kept beside it.
    (pid,) = worker_pids(second)
    assert "tensorflow" not in Path(f"/proc/{pid}/maps").read_text()
    wait_for(lambda: not is_waiting())
    launcher.stop(first)
    wait_until(second, "finished")
    # The process of the first run has taken it over, and nothing of that run is left in it.
    assert starts(second) == [("start", True)]
    wait_for_exit(second)
    alone = launcher.start("reference", ModelSpec(), SHORT, "alone")
    wait_until(alone, "finished")
    assert starts(alone) == [("start", False)]
    assert_same_weights(second, alone)


def test_an_idle_warm_worker_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTVIZ_WARM_SECONDS", "4")
    warm_start.want()
    wait_for(is_waiting)
    pid = warm_pid()
    begun = time.monotonic()
    while time.monotonic() - begun < 6:
        # Each wish gives it four more seconds, and starts no second one.
        warm_start.want()
        time.sleep(0.5)
    assert is_waiting()
    assert warm_pid() == pid
    wait_for(lambda: not is_waiting(), seconds=20)


def test_a_warm_worker_ends_with_its_folder() -> None:
    warm_start.want()
    wait_for(warm_start.is_offered)
    pid = warm_pid()
    shutil.rmtree(warm_start.files().folder)
    wait_for(lambda: not Path(f"/proc/{pid}/maps").exists() or not _maps(pid), seconds=20)


def _maps(pid: int) -> str:
    """The memory of a process: none once it has ended, also before its parent knows."""
    try:
        return Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return ""


def test_a_warm_worker_of_another_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    warm_start.want()
    wait_for(warm_start.is_offered)
    monkeypatch.setenv("MNISTVIZ_SLOTS", "2")
    assert not warm_start.is_offered()
    run = launcher.start("reference", ModelSpec(), SHORT, "other")
    wait_until(run, "finished")
    assert starts(run) == [("start", False)]


def test_a_warm_worker_that_does_not_answer_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_start, "ACCEPT_SECONDS", 0.3)
    warm_start.want()
    wait_for(warm_start.is_offered)
    pid = warm_pid()
    os.kill(pid, signal.SIGSTOP)
    run = launcher.start("reference", ModelSpec(), SHORT, "alone")
    os.kill(pid, signal.SIGCONT)
    wait_until(run, "finished")
    assert starts(run) == [("start", False)]


def test_a_run_that_was_left_to_a_dead_warm_worker_is_not_trained_later() -> None:
    run = launcher.start("reference", ModelSpec(), SHORT, "earlier")
    wait_until(run, "finished")
    wait_for_exit(run)
    files = warm_start.files()
    files.folder.mkdir(exist_ok=True)
    for left_over in (files.next, files.accepted):
        storage.write_json(left_over, {"run": str(run.path)})
    warm_start.want()
    wait_for(warm_start.is_offered)
    assert not files.next.exists()
    assert not files.accepted.exists()
    assert starts(run) == [("start", False)]


def test_no_warm_worker_is_started_where_it_is_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNISTVIZ_WARM_SECONDS", "0")
    warm_start.want()
    assert not warm_start.files().folder.exists()
