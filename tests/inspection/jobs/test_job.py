"""A job: computed once, with progress, stopped, by one process at a time."""

import threading

import numpy as np
import pytest
from filelock import FileLock

from mnistviz.core.types.progress import Progress
from mnistviz.inspection.jobs import job as job_module
from mnistviz.inspection.jobs.job import Job
from mnistviz.runs import registry
from mnistviz.runs.result_cache import ResultCache, array_codec
from mnistviz.runs.snapshots import Snapshot

CACHE: ResultCache[np.ndarray] = ResultCache("something", array_codec("answer"))


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(registry.find_run("reference"), 0)


def job_of(snapshot: Snapshot, compute: object, name: str = "something") -> Job:
    cache = ResultCache(name, CACHE.codec)
    return Job(snapshot, cache, "test", (), compute)  # type: ignore[arg-type]


def test_a_stored_result_is_not_computed_again(snapshot: Snapshot) -> None:
    job = job_of(snapshot, lambda report_progress: CACHE.write(snapshot, np.array([42])))
    assert job.progress() is None
    job.run_exclusively()
    np.testing.assert_array_equal(CACHE.read(snapshot), [42])
    assert not job.progress_file.exists()
    job_of(snapshot, lambda report_progress: pytest.fail("it is stored")).run_exclusively()


def test_a_job_reports_its_progress_and_can_be_stopped(snapshot: Snapshot) -> None:
    seen: list[float | None] = []

    def compute(report_progress: Progress) -> None:
        report_progress(0.25)
        seen.append(job.progress())
        job.stop()
        report_progress(0.5)
        pytest.fail("it was stopped")

    job = job_of(snapshot, compute)
    job.run_exclusively()
    assert seen == [0.25]
    assert CACHE.read(snapshot) is None
    assert job.progress() is None


def test_a_second_process_leaves_the_job_to_the_first(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "LOCK_TIMEOUT_SECONDS", 0.2)
    job = job_of(snapshot, lambda report_progress: pytest.fail("another process computes it"))
    job.lock_file.parent.mkdir(parents=True)
    with FileLock(job.lock_file):
        other = threading.Thread(target=job.run_exclusively)
        other.start()
        other.join()
        assert job.progress() == 0


def test_two_jobs_of_a_snapshot_are_independent(snapshot: Snapshot) -> None:
    seen: list[float | None] = []

    def compute(report_progress: Progress) -> None:
        seen.extend([job.progress(), other.progress()])

    job, other = job_of(snapshot, compute), job_of(snapshot, compute, "another")
    job.run_exclusively()
    assert seen == [0, None]
