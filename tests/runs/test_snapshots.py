"""The snapshots of a run: written, found, read, and refused when damaged."""

import numpy as np
import pytest

from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import run_state
from mnistviz.runs.snapshots import Snapshot

SMALL = TrainSpec(num_images=100, batch_size=10, held_out=100, epochs=2)


def new_run(name: str) -> Run:
    return registry.create_run("reference", ModelSpec(), SMALL, name)


def random_weights(model: ModelSpec, seed: int = 0) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    shapes = [shape for layer in model.layers for _, shape in layer.weights]
    return [generator.normal(size=shape).astype(np.float32) for shape in shapes]


def test_weights_come_back_by_layer_and_name() -> None:
    run = new_run("mine")
    weights = random_weights(run.spec.model)
    snapshots.write(Snapshot(run, 7), weights)
    found = snapshots.read(Snapshot(run, 7))
    assert list(found) == [layer.name for layer in run.spec.model.layers if layer.weights]
    np.testing.assert_array_equal(found["conv1"]["kernel"], weights[0])
    np.testing.assert_array_equal(found["conv8"]["bias"], weights[-1])
    assert list(found["bn1"]) == ["gamma", "beta", "moving_mean", "moving_variance"]


def test_a_truncated_snapshot_is_named_and_hurts_no_other() -> None:
    run = new_run("mine")
    for step in (0, 10):
        snapshots.write(Snapshot(run, step), random_weights(run.spec.model))
    file = snapshots.file_of(Snapshot(run, 10))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(RunError) as error:
        snapshots.read(Snapshot(run, 10))
    assert str(error.value) == (
        "mine: the snapshot step-0000010.npz is missing or damaged; choose another one"
    )
    assert snapshots.read(Snapshot(run, 0))


def test_a_snapshot_of_another_network_is_refused() -> None:
    run = new_run("mine")
    snapshots.write(Snapshot(run, 0), random_weights(ModelSpec(channels=(8, 16, 32))))
    with pytest.raises(RunError) as error:
        snapshots.read(Snapshot(run, 0))
    assert str(error.value) == (
        "mine: the snapshot step-0000000.npz is not of the network that spec.json describes, "
        "10/15/20; choose another one"
    )


def test_a_snapshot_that_would_run_code_is_refused() -> None:
    run = new_run("mine")
    weights = random_weights(run.spec.model)
    weights[0] = np.array([print], dtype=object)
    snapshots.file_of(Snapshot(run, 0)).parent.mkdir()
    np.savez(snapshots.file_of(Snapshot(run, 0)), *weights)
    with pytest.raises(RunError, match="is missing or damaged"):
        snapshots.read(Snapshot(run, 0))


def test_the_bundled_reference_has_its_files() -> None:
    run = registry.find_run("reference")
    assert run.bundled
    assert run_state(run) == "finished"
    assert snapshots.steps_of(run)[:9] == [0, 1, 2, 5, 10, 20, 50, 100, 200]
    assert snapshots.steps_of(run)[9:] == [469 * epoch for epoch in range(1, 21)]


def test_a_snapshot_is_named_by_its_epoch() -> None:
    run = new_run("mine")
    for step in (0, 5, 10, 20):
        snapshots.write(Snapshot(run, step), random_weights(run.spec.model))
    assert snapshots.find("mine") == Snapshot(run, 20)
    assert snapshots.find("mine:0") == Snapshot(run, 0)
    assert snapshots.find("mine:1") == Snapshot(run, 10)
    with pytest.raises(RunError) as error:
        snapshots.find("mine:7")
    assert str(error.value) == "run: 'mine' has no snapshot of epoch '7'; there are: 0, 1, 2"


def test_a_run_without_snapshots_says_so() -> None:
    new_run("mine")
    with pytest.raises(RunError) as error:
        snapshots.find("mine")
    assert str(error.value) == (
        "run: 'mine' has no snapshot yet; wait until its training has begun"
    )


def test_the_latest_snapshots_are_those_of_runs_that_have_one() -> None:
    first, without, last = (new_run(name) for name in ("first", "without", "last"))
    for run, step in ((first, 3), (first, 7), (last, 5)):
        snapshots.write(Snapshot(run, step), random_weights(run.spec.model))
    latest = snapshots.latest_snapshots([last, without, first])
    assert [(snapshot.run.id, snapshot.step) for snapshot in latest] == [
        (last.id, 5),
        (first.id, 7),
    ]
