"""The process that works out a t-SNE map: kept once, stopped, in one place at a time."""

import threading
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from filelock import FileLock

from mnistviz import cache, runs
from mnistviz.inspection import embedding, tsne_worker
from mnistviz.inspection.tsne_worker import TSNE, progress_of, stop, work
from mnistviz.runs import Run
from mnistviz.snapshots import steps_of
from mnistviz.training import launcher

NUM_PLACES = 60


@pytest.fixture
def run() -> Run:
    """The reference run, with a small map kept for it."""
    run = runs.find_run("reference")
    places = np.random.default_rng(0).normal(size=(NUM_PLACES, 3)).astype(np.float32)
    cache.write(run, 0, tsne_worker.MAP, {"places": places})
    return run


def test_the_map_is_worked_out_once_and_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress_of(run, 0) is None
    monkeypatch.setattr(embedding, "tsne", partial(embedding.tsne, iterations=250))
    work(run, 0)
    kept = cache.read(run, 0, TSNE)
    assert kept is not None
    assert kept["plane"].shape == (NUM_PLACES, 2)
    assert progress_of(run, 0) is None
    assert not tsne_worker.progress_file(run, 0).exists()
    monkeypatch.setattr(embedding, "tsne", lambda *_: pytest.fail("it is kept already"))
    work(run, 0)


def test_pages_see_how_far_it_is_and_can_stop_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float | None] = []

    def slow(places: np.ndarray, progress: Callable[[float], None]) -> np.ndarray:
        progress(0.25)
        seen.append(progress_of(run, 0))
        stop(run, 0)
        progress(0.5)
        return pytest.fail("it was stopped")

    monkeypatch.setattr(embedding, "tsne", slow)
    work(run, 0)
    assert seen == [0.25]
    assert cache.read(run, 0, TSNE) is None
    assert progress_of(run, 0) is None


def test_a_second_worker_leaves_it_to_the_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "tsne", lambda *_: pytest.fail("another one is at it"))
    monkeypatch.setattr(tsne_worker, "PATIENCE_SECONDS", 0.2)
    with FileLock(tsne_worker.lock_file(run, 0)):
        other = threading.Thread(target=work, args=(run, 0))
        other.start()
        other.join()
        assert progress_of(run, 0) == 0
    assert cache.read(run, 0, TSNE) is None


@pytest.mark.process
@pytest.mark.slow
def test_the_process_works_out_the_map_of_the_test_images(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = runs.find_run("reference")
    step = steps_of(run)[-1]
    launcher.start_tsne(run, step)
    assert progress_of(run, step) is not None
    while (done := progress_of(run, step)) is not None and done < 0.1:
        time.sleep(0.1)
    assert done is not None, tsne_worker.log_file(run, step).read_text()
    stop(run, step)
    deadline = time.monotonic() + 60
    while progress_of(run, step) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert cache.read(run, step, TSNE) is None
    kept = cache.read(run, step, tsne_worker.MAP)
    assert kept is not None
    assert kept["places"].shape == (10_000, embedding.NUM_AXES)
