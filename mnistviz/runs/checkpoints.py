"""The checkpoints of a run: the state for an exact resume. NumPy only.

A checkpoint is replaced in one step, and the last two stay: if the last one is damaged all the
same, only the time between the two is lost.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnistviz.core import storage
from mnistviz.core.types.training import TrainingState
from mnistviz.runs.registry import Run

NUM_CHECKPOINTS = 2


@dataclass(frozen=True)
class Checkpoint:
    """A training's state, and the learning rates that a person set before it.

    `changes` are pairs (step, rate); a rate of None is the schedule's.
    """

    state: TrainingState
    changes: tuple[tuple[int, float | None], ...] = ()


def folder(run: Run) -> Path:
    return run.path / "checkpoints"


def files(run: Run) -> list[Path]:
    """The checkpoints of a run, latest first."""
    return sorted(folder(run).glob("step-*.npz"), reverse=True)


def write(run: Run, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, and remove all but the last `NUM_CHECKPOINTS`."""
    state = checkpoint.state
    metadata = {
        "step": state.step,
        "seconds": state.seconds,
        "sums": state.sums,
        "changes": checkpoint.changes,
    }
    folder(run).mkdir(exist_ok=True)
    file = folder(run) / f"step-{state.step:07d}.npz"
    with storage.atomic_write(file) as target:
        np.savez(target, np.array(json.dumps(metadata)), *state.variables)
    for old in files(run)[NUM_CHECKPOINTS:]:
        old.unlink()


def read_last(run: Run) -> tuple[Checkpoint | None, list[str]]:
    """The last intact checkpoint, or None, and the names of later, damaged ones."""
    damaged: list[str] = []
    for file in files(run):
        with suppress(ValueError, KeyError, TypeError):
            return _read(file), damaged
        damaged.append(file.name)
    return None, damaged


def _read(file: Path) -> Checkpoint:
    """Raises `ValueError`, `KeyError` or `TypeError` for a damaged file."""
    metadata, *variables = (storage.read_arrays(file) or {}).values()
    values = json.loads(str(metadata))
    state = TrainingState(
        step=int(values["step"]),
        seconds=float(values["seconds"]),
        sums=tuple(values["sums"]),
        variables=tuple(variables),
    )
    return Checkpoint(state, tuple((int(step), rate) for step, rate in values["changes"]))


def discard(run: Run) -> None:
    """Remove all checkpoints: a finished training is never resumed."""
    for file in files(run):
        file.unlink()
