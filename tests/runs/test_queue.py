"""The queue of runs: slots, who is next, and waiting."""

from contextlib import ExitStack

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.queue import (
    has_free_slot,
    num_slots,
    queued_before,
    take_slot,
    wait_for_slot,
    waiting_text,
)
from tests.helpers.made_runs import small_run


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("0", 1), ("many", 1), ("-2", 1)])
def test_slots_come_from_the_environment(
    text: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", text)
    assert num_slots() == expected


def test_older_queued_runs_are_before_a_run() -> None:
    first, second, third = small_run("first"), small_run("second"), small_run("third")
    for run in (first, second):
        storage.write_json(run.path / "status.json", {"state": "queued"})
    # Only a queued run whose worker lives waits; the second one's does.
    with FileLock(second.path / "worker.lock"):
        assert queued_before(third) == [second]
        assert queued_before(second) == []


def test_a_queued_run_says_what_it_waits_for() -> None:
    first, second, third = small_run("first"), small_run("second"), small_run("third")
    storage.write_json(third.path / "status.json", {"state": "queued"})
    # Each run queues for a moment, though it is alone.
    assert waiting_text(third) == "It starts in a moment."
    storage.write_json(first.path / "status.json", {"state": "running"})
    with FileLock(first.path / "worker.lock"):
        assert waiting_text(third).startswith("first is training. This run is next")
    storage.write_json(first.path / "status.json", {"state": "paused"})
    with FileLock(first.path / "worker.lock"), FileLock(second.path / "worker.lock"):
        storage.write_json(second.path / "status.json", {"state": "queued"})
        text = waiting_text(third)
        assert text.startswith("first is paused and keeps the turn: stop it")
        assert "1 more wait before this one" in text


def test_a_run_gets_a_free_slot_and_holds_it() -> None:
    run = small_run()
    with ExitStack() as locks:
        assert wait_for_slot(run, locks)
        assert storage.is_locked(storage.home() / "slots" / "slot-0.lock")
    assert not storage.is_locked(storage.home() / "slots" / "slot-0.lock")


def test_a_run_that_is_stopped_before_its_turn_gets_no_slot() -> None:
    run = small_run()
    desired_state.change(run, mode="stop")
    with ExitStack() as locks:
        assert not wait_for_slot(run, locks)
        assert not storage.is_locked(storage.home() / "slots" / "slot-0.lock")


def test_a_slot_is_free_until_a_run_holds_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", "2")
    first, second, third = small_run("first"), small_run("second"), small_run("third")
    with ExitStack() as locks:
        assert has_free_slot()
        assert take_slot(first, locks)
        assert has_free_slot()
        assert take_slot(second, locks)
        assert not has_free_slot()
        assert not take_slot(third, locks)


def test_no_slot_is_taken_before_it_is_the_turn_of_the_run() -> None:
    first, second = small_run("first"), small_run("second")
    storage.write_json(first.path / "status.json", {"state": "queued"})
    with FileLock(first.path / "worker.lock"), ExitStack() as locks:
        assert not take_slot(second, locks)
        assert has_free_slot()
