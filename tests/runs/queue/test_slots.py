"""The slots of a room: how many there are, who gets one, and how a run is taken over."""

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.queue import tickets
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.queue.slots import Slot, has_free_slot, num_slots
from tests.helpers.made_runs import small_run


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("0", 1), ("many", 1), ("-2", 1)])
def test_slots_come_from_the_environment(
    text: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", text)
    assert num_slots() == expected


def test_a_class_has_a_slot_for_each_core(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    assert num_slots() == 1
    monkeypatch.setenv(storage.ROOM_VARIABLE, str(home))
    assert num_slots() == 6


def test_the_home_of_a_visitor_has_the_slots_of_its_room(home: Path) -> None:
    assert room_of(home) == room_of(home / "spaces" / "a1") == home


def test_a_run_gets_a_free_slot_and_holds_it() -> None:
    run = small_run()
    with Slot(storage.home()) as slot:
        assert slot.wait(run) == "slot"
        assert storage.is_locked(storage.home() / "slots" / "slot-0.lock")
    assert not storage.is_locked(storage.home() / "slots" / "slot-0.lock")


def test_a_run_that_is_stopped_before_its_turn_gets_no_slot() -> None:
    run = small_run()
    desired_state.change(run, mode="stop")
    with Slot(storage.home()) as slot:
        assert slot.wait(run) == "stopped"
        assert not slot.is_held


def test_a_slot_is_free_until_a_run_holds_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", "2")
    room = storage.home()
    with Slot(room) as first, Slot(room) as second, Slot(room) as third:
        assert has_free_slot()
        assert first.take(small_run("first"))
        assert has_free_slot()
        assert second.take(small_run("second"))
        assert not has_free_slot()
        assert not third.take(small_run("third"))
        first.release()
        assert third.take(small_run("fourth"))


def test_no_slot_is_taken_before_it_is_the_turn_of_the_run() -> None:
    first, second = small_run("first"), small_run("second")
    tickets.take(first)
    storage.write_json(first.path / "status.json", {"state": "queued"})
    with FileLock(first.path / "worker.lock"), Slot(storage.home()) as slot:
        assert not slot.take(second)
        assert has_free_slot()
        assert slot.take(first)


def test_a_worker_takes_over_the_next_run_of_its_kind() -> None:
    run = small_run()
    tickets.take(run, "this code")
    storage.write_json(run.path / "status.json", {"state": "queued"})
    ends = []

    def wait() -> None:
        with FileLock(run.path / "worker.lock"), Slot(storage.home()) as waiting:
            is_locked.set()
            ends.append(waiting.wait(run))

    is_locked = threading.Event()
    with Slot(storage.home()) as slot:
        assert slot.take(small_run("before"))
        waiter = threading.Thread(target=wait)
        waiter.start()
        is_locked.wait()
        assert slot.take_over("other code") is None
        found = slot.take_over("this code")
        waiter.join()
        assert ends == ["taken over"]
        assert found is not None
        assert found[0].path == run.path
        assert storage.is_locked(run.path / "worker.lock")
        found[1].release()


def test_a_worker_takes_over_nothing_where_nobody_waits() -> None:
    with Slot(storage.home()) as slot:
        assert slot.take_over("this code") is None
