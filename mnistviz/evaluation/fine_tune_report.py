"""Gain and cost of fine-tuning on a person's digits: before and after, on the same images.

The gain is measured on the digits that were held out, the cost on the test set. The first
snapshot of the run has its initial weights, so that its parent is not needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mnistviz.core.statistics import accuracy_interval
from mnistviz.core.types.arrays import BoolArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.data_sets.library import data_of
from mnistviz.runs import fine_tune_set, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True, eq=False)
class Tuning:
    """The images that were read right before and after fine-tuning, bool.

    They are the held-out digits `(h,)`, those trained on `(t,)` and all test images.
    """

    held_before: BoolArray
    held_after: BoolArray
    trained_before: BoolArray
    trained_after: BoolArray
    test_before: BoolArray
    test_after: BoolArray


CACHE = ResultCache("tuning", dataclass_codec(Tuning))


@dataclass(frozen=True)
class Change:
    """The numbers of images read right before and after.

    `low` and `high` are the bounds of the 95 % interval of the accuracy after (Wilson 1927).
    """

    before: int
    after: int
    total: int
    newly_right: int
    newly_wrong: int
    low: float
    high: float


def change(before: BoolArray, after: BoolArray) -> Change:
    """Return the numbers for images read right before and after, `(n,)` bool, n ≥ 1."""
    low, high = accuracy_interval(int(after.sum()), len(after))
    return Change(
        before=int(before.sum()),
        after=int(after.sum()),
        total=len(before),
        newly_right=int((after & ~before).sum()),
        newly_wrong=int((before & ~after).sum()),
        low=low,
        high=high,
    )


def kept(run: Run) -> Tuning | None:
    """Return the cached result for the last snapshot of a run, None where there is none."""
    steps = snapshots.steps_of(run)
    return CACHE.read(Snapshot(run, steps[-1])) if steps else None


def measure(run: Run, progress: Progress = no_progress) -> Tuning:
    """Classify all images with the first and the last snapshot and cache the result.

    Raises `RunError` where a snapshot or the digits of the run are missing.
    """
    # It imports SciPy, which cached results do without.
    from mnistviz.runs.load import load

    parts, data = fine_tune_set.read(run), data_of(run.spec.data)
    step = snapshots.steps_of(run)[-1]
    sets = {
        "held": (parts.held_images, parts.held_labels),
        "trained": (parts.images, parts.labels),
        "test": (data.x_test, data.y_test),
    }
    total = 2 * sum(len(labels) for _, labels in sets.values())
    found: dict[str, BoolArray] = {}
    done = 0
    for when, of in (("before", 0), ("after", step)):
        network = load(Snapshot(run, of))
        for name, (images, labels) in sets.items():
            logits = network.logits(images, partial(_tell, progress, done, total))
            found[f"{name}_{when}"] = logits.argmax(axis=1) == labels
            done += len(labels)
    tuning = Tuning(**found)
    CACHE.write(Snapshot(run, step), tuning)
    return tuning


def _tell(progress: Progress, before: int, total: int, done: int) -> None:
    progress((before + done) / total)


def pooled(tunings: Sequence[Tuning]) -> Change | None:
    """Return the change on the held-out digits of several trainings, None where there are none.

    Each digit is classified by the training that held it out.
    """
    before = np.concatenate([np.zeros(0, bool), *(tuning.held_before for tuning in tunings)])
    after = np.concatenate([np.zeros(0, bool), *(tuning.held_after for tuning in tunings)])
    return change(before, after) if len(before) else None
