"""Loss and accuracy of a run on training images as they are, measured from its snapshots.

Trainings log them after each epoch (`train_sample`); runs that were trained before do not have
them. They are measured like the validation: inference mode, the cross-entropy of the labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mnistviz.core.constants import NUM_SAMPLED
from mnistviz.core.types.arrays import DoubleArray, IntArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.core.types.training import MetricRow
from mnistviz.digits.data_sets.library import data_of
from mnistviz.evaluation.scoring import evaluate
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot, latest_snapshot


@dataclass(frozen=True)
class _Measured:
    """Loss and accuracy after some steps, each (n,)."""

    steps: IntArray
    losses: DoubleArray
    accuracies: DoubleArray


_CACHE = ResultCache("training-loss", dataclass_codec(_Measured))


def is_logged(rows: Sequence[MetricRow]) -> bool:
    """Return whether a log has the training images measured like the validation."""
    return any(row.split in ("fixed_train", "train_sample") for row in rows)


def steps_to_measure(run: Run, rows: Sequence[MetricRow]) -> list[int]:
    """Return the steps of a run with both a validation and a snapshot, ascending."""
    there = set(snapshots.steps_of(run))
    return sorted({row.step for row in rows if row.split == "validation"} & there)


def stored(run: Run, rows: Sequence[MetricRow]) -> list[MetricRow]:
    """Return the rows `train_sample` that were measured before; empty where none were."""
    found = _CACHE.read(latest_snapshot(run)) if snapshots.steps_of(run) else None
    return [] if found is None else _as_rows(found, rows)


def measure(
    run: Run, rows: Sequence[MetricRow], progress: Progress = no_progress
) -> list[MetricRow]:
    """Measure and store the rows `train_sample` of all validated epochs of a run that has ended.

    About a fifth of a second for each. `progress` gets the share that is done, in [0, 1].
    """
    data = data_of(run.spec.data)
    count = min(NUM_SAMPLED, run.spec.train.num_images)
    steps, found = steps_to_measure(run, rows), []
    for number, step in enumerate(steps, 1):
        network = load(Snapshot(run, step))
        found.append(evaluate(network, data.x_train[:count], data.y_train[:count]))
        progress(number / len(steps))
    measured = _Measured(
        np.array(steps, np.int64),
        np.array([one.loss for one in found], np.float64),
        np.array([one.accuracy for one in found], np.float64),
    )
    if steps:
        _CACHE.write(latest_snapshot(run), measured)
    return _as_rows(measured, rows)


def _as_rows(measured: _Measured, rows: Sequence[MetricRow]) -> list[MetricRow]:
    """Return rows beside those of the validation, with its learning rates and times."""
    validation = {row.step: row for row in rows if row.split == "validation"}
    values = zip(measured.steps.tolist(), measured.losses, measured.accuracies, strict=True)
    return [
        replace(validation[step], split="train_sample", loss=float(loss), accuracy=float(accuracy))
        for step, loss, accuracy in values
        if step in validation
    ]
