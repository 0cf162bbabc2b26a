"""Work in a process of its own: done once, seen from a page, stopped, in one place at a time."""

import threading

import numpy as np
import pytest
from filelock import FileLock

from mnistviz import cache, runs
from mnistviz.inspection import job
from mnistviz.inspection.job import progress_of, stop
from mnistviz.runs import Run

NAME = "something"


@pytest.fixture
def run() -> Run:
    return runs.find_run("reference")


def test_what_is_kept_is_not_worked_out_again(run: Run) -> None:
    assert progress_of(run, 0, NAME) is None
    job.carry_out(run, 0, NAME, lambda tell: cache.write(run, 0, NAME, {"answer": np.array([42])}))
    assert cache.read(run, 0, NAME) == {"answer": np.array([42])}
    assert not job.progress_file(run, 0, NAME).exists()
    job.carry_out(run, 0, NAME, lambda tell: pytest.fail("it is kept already"))


def test_pages_see_how_far_it_is_and_can_stop_it(run: Run) -> None:
    seen: list[float | None] = []

    def slow(tell: job.Tell) -> None:
        tell(0.25)
        seen.append(progress_of(run, 0, NAME))
        stop(run, 0, NAME)
        tell(0.5)
        pytest.fail("it was stopped")

    job.carry_out(run, 0, NAME, slow)
    assert seen == [0.25]
    assert cache.read(run, 0, NAME) is None
    assert progress_of(run, 0, NAME) is None


def test_a_second_process_leaves_it_to_the_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PATIENCE_SECONDS", 0.2)
    job.lock_file(run, 0, NAME).parent.mkdir(parents=True)
    with FileLock(job.lock_file(run, 0, NAME)):
        other = threading.Thread(
            target=job.carry_out,
            args=(run, 0, NAME, lambda tell: pytest.fail("another one is at it")),
        )
        other.start()
        other.join()
        assert progress_of(run, 0, NAME) == 0


def test_two_works_on_a_snapshot_know_nothing_of_each_other(run: Run) -> None:
    def first(tell: job.Tell) -> None:
        assert progress_of(run, 0, NAME) == 0
        assert progress_of(run, 0, "another") is None

    job.carry_out(run, 0, NAME, first)
