"""When a waiting run starts and is done."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.queue import expected_time, finished_log, tickets
from mnistviz.runs.queue.expected_time import expected_times
from mnistviz.runs.registry import Run
from tests.helpers.made_runs import SMALL, small_run


def ask(locks: ExitStack, name: str, state: str = "queued", step: int = 0) -> Run:
    run = small_run(name)
    total = run.spec.train.num_steps
    storage.write_json(run.path / "status.json", {"state": state, "step": step, "total": total})
    tickets.take(run)
    locks.enter_context(FileLock(run.path / "worker.lock"))
    return run


def write_row(run: Run, step: int, seconds: float) -> None:
    row = {"step": step, "epoch": 1, "split": "batch", "loss": 1.0, "accuracy": 0.5}
    row |= {"learning_rate": 0.01, "seconds": seconds}
    run.metrics_file.write_text(json.dumps(row) + "\n")


def test_waiting_runs_are_expected_one_after_the_other(home: Path) -> None:
    with ExitStack() as locks:
        running = ask(locks, "running", "running", step=10)
        finished_log.add(running, start_seconds=2, seconds=12, is_whole=True)
        finished_log.add(running, start_seconds=2, seconds=1_000, is_whole=False)
        # Half of its steps took 6 s: with a start of 2 s, 14 s in all.
        write_row(running, step=SMALL.num_steps // 2, seconds=6)
        one, two = ask(locks, "one"), ask(locks, "two")
        found = expected_times(home)
    # A run that was interrupted says nothing; the median of 12 and 14 is expected of others.
    first, second = found[one.path], found[two.path]
    assert (first.place, second.place) == (1, 2)
    assert (first.start_seconds, first.end_seconds) == pytest.approx((6, 19), abs=0.1)
    assert (second.start_seconds, second.end_seconds) == pytest.approx((19, 32), abs=0.1)


def test_two_slots_halve_the_wait(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", "2")
    with ExitStack() as locks:
        runs = [ask(locks, f"run {number}") for number in range(4)]
        finished_log.add(runs[0], start_seconds=2, seconds=10, is_whole=True)
        found = expected_times(home)
    assert [found[run.path].start_seconds for run in runs] == [0, 0, 10, 10]


def test_other_settings_are_expected_by_their_load(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as locks:
        run = ask(locks, "waits")
        with monkeypatch.context() as longer:
            longer.setattr("tests.helpers.made_runs.SMALL", TrainSpec(num_images=10_000))
            measured = small_run("measured")
        finished_log.add(measured, start_seconds=2, seconds=102, is_whole=True)
        share = finished_log.load_of(run) / finished_log.load_of(measured)
        (expected,) = expected_times(home).values()
    assert expected.end_seconds == pytest.approx(2 + 100 * share)


def test_a_paused_run_keeps_its_slot_for_a_minute(home: Path) -> None:
    with ExitStack() as locks:
        ask(locks, "paused", "paused", step=5)
        run = ask(locks, "waits")
        expected = expected_times(home)[run.path]
    assert expected.start_seconds == expected_time.PAUSE_SECONDS
    assert expected_time.expected_time(run) is None
