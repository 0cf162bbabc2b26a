"""Who is next: short runs, turns of people, and what counts as one of theirs."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES
from mnistviz.runs import registry
from mnistviz.runs.queue import finished_log, tickets
from mnistviz.runs.queue.order import in_order, is_short, queued_before
from mnistviz.runs.registry import Run
from tests.helpers.made_runs import small_run


class Room:
    """A room whose visitors ask for runs."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, locks: ExitStack) -> None:
        self.home, self._monkeypatch, self._locks = home, monkeypatch, locks

    def ask(self, person: str, name: str, recipe: str = "try-out", state: str = "queued") -> Run:
        """A run of a person that waits, or is in another state."""
        self._monkeypatch.setenv("MNISTVIZ_HOME", str(self.home / "spaces" / person))
        run = registry.create_run(recipe, ModelSpec(), RECIPES[recipe].train, name)
        storage.write_json(run.path / "status.json", {"state": state})
        tickets.take(run)
        self._locks.enter_context(FileLock(run.path / "worker.lock"))
        return run

    def names(self) -> list[str]:
        """The names of the waiting runs, the next one first."""
        return [ticket.run.name for ticket in in_order(self.home)]


@pytest.fixture
def room(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with ExitStack() as locks:
        yield Room(home, monkeypatch, locks)


def test_try_outs_are_short() -> None:
    short = [name for name in RECIPES if is_short(registry_run(name))]
    assert short == ["try-out"]


def registry_run(recipe: str) -> Run:
    return registry.create_run(recipe, RECIPES[recipe].model, RECIPES[recipe].train)


def test_each_person_has_one_run_before_anybody_has_two(room: Room) -> None:
    for person, name in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1")):
        room.ask(person, name)
    room.ask("b", "b2")
    assert room.names() == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_trains_or_has_just_trained_waits_behind_the_others(room: Room) -> None:
    room.ask("a", "a1", state="running")
    finished_log.add(room.ask("b", "b1", state="finished"), start_seconds=1, seconds=9, is_whole=1)
    for person in "abc":
        room.ask(person, f"{person}2")
    assert room.names() == ["c2", "a2", "b2"]


def test_what_was_trained_long_ago_does_not_count(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = time.time() - 2 * finished_log.RECENT_SECONDS
    with monkeypatch.context() as earlier:
        earlier.setattr(finished_log.time, "time", lambda: old)
        run = room.ask("a", "a1", state="finished")
        finished_log.add(run, start_seconds=1, seconds=9, is_whole=True)
    room.ask("a", "a2")
    room.ask("b", "b1")
    assert room.names() == ["a2", "b1"]


def test_try_outs_are_before_long_trainings(room: Room) -> None:
    room.ask("a", "long", "reference")
    room.ask("b", "try-out")
    assert room.names() == ["try-out", "long"]


def test_a_run_without_a_living_worker_does_not_wait(home: Path) -> None:
    first, second = small_run("first"), small_run("second")
    for run in (first, second):
        tickets.take(run)
        storage.write_json(run.path / "status.json", {"state": "queued"})
    with FileLock(second.path / "worker.lock"):
        assert queued_before(small_run("third")) == [second]
        assert queued_before(second) == []


def test_a_damaged_ticket_is_passed_over(room: Room) -> None:
    run = room.ask("a", "a1")
    folder = tickets.folder_of(run)
    (folder / "broken.json").write_text("{")
    storage.write_json(folder / "gone.json", {"run": str(room.home / "gone"), "asked": 1.0})
    assert room.names() == ["a1"]
    tickets.give_back(run)
    assert room.names() == []
