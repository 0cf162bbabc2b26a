"""The process that switches channels off on all test images: real, seen from outside, kept."""

import time
from functools import partial

import pytest

from mnistviz.digits.mnist import Mnist, load_mnist
from mnistviz.inspection import channel_worker, jobs
from mnistviz.inspection.channels import channel_results, channel_results_files, pruning
from mnistviz.runs import registry
from mnistviz.runs.snapshots import Snapshot, steps_of

PATIENCE = 300


@pytest.mark.process
@pytest.mark.slow
def test_the_process_switches_channels_off_on_all_test_images() -> None:
    run = registry.find_run("best")
    step = steps_of(run)[-1]
    # Nobody has kept it yet, and little lies behind that layer.
    name = channel_results_files.ablation_name("conv7", "zero", 10_000)
    channel_worker.start_ablation(Snapshot(run, step), "conv7", "zero")
    deadline = time.monotonic() + PATIENCE
    while jobs.progress_of(Snapshot(run, step), name) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    found = channel_results_files.read_ablation(Snapshot(run, step), "conv7", "zero", 10_000)
    assert found is not None, jobs.log_file(Snapshot(run, step), name).read_text()
    assert found.images == 10_000
    assert 0.99 < found.least_first[0] < 1
    assert found.lost.sum() > 0


@pytest.mark.slow
def test_training_on_is_kept_and_not_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_mnist()
    small = Mnist(data.x_train, data.y_train, data.x_test[:200], data.y_test[:200])
    monkeypatch.setattr(channel_results, "load_mnist", lambda: small)
    few = partial(pruning.tune_ever_fewer, steps=1)
    monkeypatch.setattr(channel_results, "tune_ever_fewer", few)
    run = registry.find_run("best")
    step = steps_of(run)[-1]
    channel_worker.train_on(Snapshot(run, step), "conv7")
    found = channel_results_files.read_tuned(Snapshot(run, step), "conv7")
    assert found is not None
    assert (found.layer, found.steps, found.images) == ("conv7", 1, 200)
    assert found.left.tolist() == [10, 8, 5, 2]
    monkeypatch.setattr(
        channel_results, "tune_ever_fewer", lambda *_: pytest.fail("it is kept already")
    )
    channel_worker.train_on(Snapshot(run, step), "conv7")
