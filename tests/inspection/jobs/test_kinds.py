"""The kinds of jobs: what each computes and stores, without a child process."""

from functools import partial

import numpy as np
import pytest

from mnistviz.digits.data_sets import library
from mnistviz.digits.mnist import Mnist, load_mnist
from mnistviz.inspection import digit_maps, embedding
from mnistviz.inspection.channels import channel_results, pruning
from mnistviz.inspection.digit_maps import DigitMap
from mnistviz.inspection.jobs import kinds
from mnistviz.runs import registry
from mnistviz.runs.snapshots import Snapshot, latest_snapshot

NUM_PLACES = 60


def test_every_job_is_found_by_its_own_kind_and_arguments() -> None:
    snapshot = Snapshot(registry.find_run("reference"), 0)
    jobs = [
        kinds.tsne_map(snapshot),
        kinds.ablation(snapshot, "conv3", "zero"),
        kinds.pruning(snapshot, "conv3"),
    ]
    assert {job.kind for job in jobs} == set(kinds.JOBS)
    for job in jobs:
        assert kinds.JOBS[job.kind](snapshot, *job.arguments).name == job.name


def test_the_tsne_map_is_computed_once_and_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = Snapshot(registry.find_run("reference"), 0)
    places = np.random.default_rng(0).normal(size=(NUM_PLACES, 3)).astype(np.float32)
    rest = np.zeros(3, np.float32)
    digit_maps.TEST_MAP.write(
        snapshot, DigitMap(places, rest, np.eye(3), rest, np.zeros(NUM_PLACES, np.uint8))
    )
    job = kinds.tsne_map(snapshot)
    assert job.progress() is None
    monkeypatch.setattr(embedding, "tsne", partial(embedding.tsne, iterations=250))
    job.run_exclusively()
    plane = digit_maps.TSNE_PLANE.read(snapshot)
    assert plane is not None
    assert plane.shape == (NUM_PLACES, 2)
    assert job.progress() is None
    assert not job.progress_file.exists()
    monkeypatch.setattr(embedding, "tsne", lambda *_: pytest.fail("it is stored"))
    job.run_exclusively()


@pytest.mark.slow
def test_pruning_is_computed_once_and_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_mnist()
    small = Mnist(data.x_train, data.y_train, data.x_test[:200], data.y_test[:200])
    monkeypatch.setattr(library, "load_mnist", lambda: small)
    few = partial(pruning.prune_and_tune, steps=1)
    monkeypatch.setattr(pruning, "prune_and_tune", few)
    snapshot = latest_snapshot(registry.find_run("best"))
    job = kinds.pruning(snapshot, "conv7")
    job.run_exclusively()
    result = channel_results.pruning_cache("conv7").read(snapshot)
    assert result is not None
    assert (result.layer, result.steps, result.images) == ("conv7", 1, 200)
    assert result.left.tolist() == [10, 8, 5, 2]
    monkeypatch.setattr(pruning, "prune_and_tune", lambda *_: pytest.fail("it is stored"))
    job.run_exclusively()
