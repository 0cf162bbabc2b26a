"""The process of a job, seen from outside."""

import time

import pytest

from mnistviz.inspection import digit_maps, embedding
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.jobs import kinds
from mnistviz.runs import registry
from mnistviz.runs.snapshots import latest_snapshot

ABLATION_SECONDS = 300
STOP_SECONDS = 60


@pytest.mark.process
@pytest.mark.slow
def test_the_tsne_process_stores_the_digit_map_and_can_be_stopped() -> None:
    snapshot = latest_snapshot(registry.find_run("reference"))
    job = kinds.tsne_map(snapshot)
    job.start()
    assert job.progress() is not None
    while (done := job.progress()) is not None and done < 0.1:
        time.sleep(0.1)
    assert done is not None, job.log_file.read_text()
    job.stop()
    deadline = time.monotonic() + STOP_SECONDS
    while job.progress() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert digit_maps.TSNE_PLANE.read(snapshot) is None
    test_map = digit_maps.TEST_MAP.read(snapshot)
    assert test_map is not None
    assert test_map.places.shape == (10_000, embedding.NUM_AXES)


@pytest.mark.process
@pytest.mark.slow
def test_the_ablation_process_uses_all_test_images() -> None:
    snapshot = latest_snapshot(registry.find_run("best"))
    # Not bundled, and few layers follow that one.
    job = kinds.ablation(snapshot, "conv7", "zero")
    job.start()
    deadline = time.monotonic() + ABLATION_SECONDS
    while job.progress() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    ablation = channel_results.ablation_cache("conv7", "zero", 10_000).read(snapshot)
    assert ablation is not None, job.log_file.read_text()
    assert ablation.images == 10_000
    assert 0.99 < ablation.least_first[0] < 1
    assert ablation.lost.sum() > 0
