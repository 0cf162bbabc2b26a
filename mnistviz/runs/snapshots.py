"""The snapshots of a run: its weights at some steps. NumPy only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.runs import registry
from mnistviz.runs.registry import Run

# Arrays by layer and name, in `get_weights()` order.
Weights = dict[str, dict[str, FloatArray]]


@dataclass(frozen=True)
class Snapshot:
    """The weights of a run after a step."""

    run: Run
    step: int


def file_of(snapshot: Snapshot) -> Path:
    return snapshot.run.path / "snapshots" / f"step-{snapshot.step:07d}.npz"


def steps_of(run: Run) -> list[int]:
    """The steps of a run's snapshots, ascending. 0 is before the first step."""
    names = (path.stem for path in (run.path / "snapshots").glob("step-*.npz"))
    digits = (name.removeprefix("step-") for name in names)
    return sorted(int(text) for text in digits if text.isdigit())


def write(snapshot: Snapshot, weights: Sequence[FloatArray]) -> None:
    """Write the weights of a step: float32 arrays in `get_weights()` order."""
    _write(file_of(snapshot), weights)


def _write(file: Path, weights: Sequence[FloatArray]) -> None:
    file.parent.mkdir(exist_ok=True)
    with storage.atomic_write(file) as target:
        np.savez(target, *weights)


def write_start(run: Run, weights: Weights) -> None:
    """Write the initial weights of a fork: its parent may be deleted before it starts."""
    _write(run.path / "start.npz", in_order(weights))


def read_start(run: Run) -> list[FloatArray]:
    """The initial weights of a fork, in `get_weights()` order."""
    return in_order(_read(run, run.path / "start.npz"))


def in_order(weights: Weights) -> list[FloatArray]:
    """Weights by layer and name as one list, in `get_weights()` order."""
    return [array for layer in weights.values() for array in layer.values()]


def read(snapshot: Snapshot) -> Weights:
    """Weights of a snapshot by layer and name, such as `weights["conv1"]["kernel"]`.

    A kernel is (height, width, inputs, outputs) float32. Raises `RunError` when
    the snapshot is missing, cut short, or not of this network.
    """
    return _read(snapshot.run, file_of(snapshot))


def _read(run: Run, file: Path) -> Weights:
    expected = [shape for layer in run.spec.model.layers for _, shape in layer.weights]
    arrays = storage.read_arrays(file)
    if arrays is None:
        raise RunError(
            f"{run.name}: the snapshot {file.name} is missing or damaged; choose another one"
        )
    values = list(arrays.values())
    names = [f"arr_{index}" for index in range(len(expected))]
    if list(arrays) != names or [value.shape for value in values] != expected:
        raise RunError(
            f"{run.name}: the snapshot {file.name} is not of the network that spec.json "
            f"describes, {run.spec.model.plan}; choose another one"
        )
    return run.spec.model.named([value.astype(np.float32, copy=False) for value in values])


def read_error(snapshot: Snapshot) -> str:
    """Why a snapshot can't be read; empty if it can."""
    try:
        read(snapshot)
    except RunError as error:
        return str(error)
    return ""


def latest_snapshot(run: Run) -> Snapshot:
    """The snapshot of the last step of a run, which must have one."""
    return Snapshot(run, steps_of(run)[-1])


def latest_snapshots(runs: Iterable[Run]) -> list[Snapshot]:
    """The snapshots of the last steps of those of `runs` that have one, in the same order."""
    return [latest_snapshot(run) for run in runs if steps_of(run)]


def find(text: str) -> Snapshot:
    """The snapshot that `NAME[:EPOCH]` names; without an epoch, the last one of the run."""
    name, colon, epoch = text.partition(":")
    run = registry.find_run(name)
    steps = steps_of(run)
    if not steps:
        raise RunError(f"run: {name!r} has no snapshot yet; wait until its training has begun")
    if not colon:
        return Snapshot(run, steps[-1])
    per_epoch = run.spec.train.steps_per_epoch
    by_epoch = {str(step // per_epoch): step for step in steps if step % per_epoch == 0}
    if epoch not in by_epoch:
        there = ", ".join(by_epoch)
        raise RunError(f"run: {name!r} has no snapshot of epoch {epoch!r}; there are: {there}")
    return Snapshot(run, by_epoch[epoch])
