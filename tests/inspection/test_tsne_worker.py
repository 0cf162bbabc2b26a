"""The process that works out a t-SNE map: kept once, stopped, in one place at a time."""

import time
from functools import partial

import numpy as np
import pytest

from mnistviz.inspection import embedding, jobs, tsne_worker
from mnistviz.inspection.jobs import progress_of, stop
from mnistviz.inspection.tsne_worker import TSNE, work
from mnistviz.runs import registry, result_cache
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot, steps_of

NUM_PLACES = 60


@pytest.fixture
def run() -> Run:
    """The reference run, with a small map kept for it."""
    run = registry.find_run("reference")
    places = np.random.default_rng(0).normal(size=(NUM_PLACES, 3)).astype(np.float32)
    result_cache.write(Snapshot(run, 0), tsne_worker.MAP, {"places": places})
    return run


def test_the_map_is_worked_out_once_and_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress_of(Snapshot(run, 0), TSNE) is None
    monkeypatch.setattr(embedding, "tsne", partial(embedding.tsne, iterations=250))
    work(Snapshot(run, 0))
    kept = result_cache.read(Snapshot(run, 0), TSNE)
    assert kept is not None
    assert kept["plane"].shape == (NUM_PLACES, 2)
    assert progress_of(Snapshot(run, 0), TSNE) is None
    assert not jobs.progress_file(Snapshot(run, 0), TSNE).exists()
    monkeypatch.setattr(embedding, "tsne", lambda *_: pytest.fail("it is kept already"))
    work(Snapshot(run, 0))


@pytest.mark.process
@pytest.mark.slow
def test_the_process_works_out_the_map_of_the_test_images(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = registry.find_run("reference")
    step = steps_of(run)[-1]
    tsne_worker.start(Snapshot(run, step))
    assert progress_of(Snapshot(run, step), TSNE) is not None
    while (done := progress_of(Snapshot(run, step), TSNE)) is not None and done < 0.1:
        time.sleep(0.1)
    assert done is not None, jobs.log_file(Snapshot(run, step), TSNE).read_text()
    stop(Snapshot(run, step), TSNE)
    deadline = time.monotonic() + 60
    while progress_of(Snapshot(run, step), TSNE) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert result_cache.read(Snapshot(run, step), TSNE) is None
    kept = result_cache.read(Snapshot(run, step), tsne_worker.MAP)
    assert kept is not None
    assert kept["places"].shape == (10_000, embedding.NUM_AXES)
