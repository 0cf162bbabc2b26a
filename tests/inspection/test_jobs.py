"""Work in a process of its own: done once, seen from a page, stopped, in one place at a time."""

import threading

import numpy as np
import pytest
from filelock import FileLock

from mnistviz.inspection import jobs
from mnistviz.inspection.jobs import progress_of, stop
from mnistviz.runs import registry, result_cache
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

NAME = "something"


@pytest.fixture
def run() -> Run:
    return registry.find_run("reference")


def test_what_is_kept_is_not_worked_out_again(run: Run) -> None:
    assert progress_of(Snapshot(run, 0), NAME) is None
    jobs.carry_out(
        Snapshot(run, 0),
        NAME,
        lambda tell: result_cache.write(Snapshot(run, 0), NAME, {"answer": np.array([42])}),
    )
    assert result_cache.read(Snapshot(run, 0), NAME) == {"answer": np.array([42])}
    assert not jobs.progress_file(Snapshot(run, 0), NAME).exists()
    jobs.carry_out(Snapshot(run, 0), NAME, lambda tell: pytest.fail("it is kept already"))


def test_pages_see_how_far_it_is_and_can_stop_it(run: Run) -> None:
    seen: list[float | None] = []

    def slow(tell: jobs.Tell) -> None:
        tell(0.25)
        seen.append(progress_of(Snapshot(run, 0), NAME))
        stop(Snapshot(run, 0), NAME)
        tell(0.5)
        pytest.fail("it was stopped")

    jobs.carry_out(Snapshot(run, 0), NAME, slow)
    assert seen == [0.25]
    assert result_cache.read(Snapshot(run, 0), NAME) is None
    assert progress_of(Snapshot(run, 0), NAME) is None


def test_a_second_process_leaves_it_to_the_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.2)
    jobs.lock_file(Snapshot(run, 0), NAME).parent.mkdir(parents=True)
    with FileLock(jobs.lock_file(Snapshot(run, 0), NAME)):
        other = threading.Thread(
            target=jobs.carry_out,
            args=(Snapshot(run, 0), NAME, lambda tell: pytest.fail("another one is at it")),
        )
        other.start()
        other.join()
        assert progress_of(Snapshot(run, 0), NAME) == 0


def test_two_works_on_a_snapshot_know_nothing_of_each_other(run: Run) -> None:
    def first(tell: jobs.Tell) -> None:
        assert progress_of(Snapshot(run, 0), NAME) == 0
        assert progress_of(Snapshot(run, 0), "another") is None

    jobs.carry_out(Snapshot(run, 0), NAME, first)
