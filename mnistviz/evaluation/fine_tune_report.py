"""What fine-tuning on a person's digits gained and cost: before and after, on the same images.

The gain is measured on the digits that were held out, the cost on the test set. The first
snapshot of the run has the weights that it began with: its parent may be gone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mnistviz.evaluation.metrics import interval
from mnistviz.runs import fine_tune_set, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True, eq=False)
class Tuning:
    """Which images were read right before and after, bool: the person's digits that were held
    out `(h,)` and trained on `(t,)`, and the 10,000 test images.
    """

    held_before: NDArray[np.bool_]
    held_after: NDArray[np.bool_]
    trained_before: NDArray[np.bool_]
    trained_after: NDArray[np.bool_]
    test_before: NDArray[np.bool_]
    test_after: NDArray[np.bool_]


CACHE = ResultCache("tuning", dataclass_codec(Tuning))


@dataclass(frozen=True)
class Change:
    """How many of some images were read right before and after. `low` and `high` bound the
    95 % interval of the share afterwards (Wilson 1927).
    """

    before: int
    after: int
    total: int
    newly_right: int
    newly_wrong: int
    low: float
    high: float


def change(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Change:
    """Count what changed, `(n,)` bool each, n ≥ 1."""
    low, high = interval(int(after.sum()), len(after))
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
    """What was measured of the last snapshot of a run, None where nobody has yet."""
    steps = snapshots.steps_of(run)
    return CACHE.read(Snapshot(run, steps[-1])) if steps else None


def measure(run: Run, progress: Callable[[float], object] = lambda share: None) -> Tuning:
    """Read everything with the first and the last snapshot, in some seconds, and keep it.

    Raises `RunError` where a snapshot or the digits of the run are missing.
    """
    # It brings TensorFlow; what has been measured before is told without.
    from mnistviz.digits.mnist import load_mnist
    from mnistviz.evaluation.scoring import read
    from mnistviz.network.model import Classifier
    from mnistviz.runs.load import load

    parts, data = fine_tune_set.read(run), load_mnist()
    step = snapshots.steps_of(run)[-1]
    sets = {
        "held": (parts.held_images, parts.held_labels),
        "trained": (parts.images, parts.labels),
        "test": (data.x_test, data.y_test),
    }
    total = 2 * sum(len(labels) for _, labels in sets.values())
    found: dict[str, NDArray[np.bool_]] = {}
    done = 0
    for when, of in (("before", 0), ("after", step)):
        classifier = Classifier(load(Snapshot(run, of)))
        for name, (images, labels) in sets.items():
            logits = read(classifier, images, partial(_tell, progress, done, total))
            found[f"{name}_{when}"] = logits.argmax(axis=1) == labels
            done += len(labels)
    tuning = Tuning(**found)
    CACHE.write(Snapshot(run, step), tuning)
    return tuning


def _tell(progress: Callable[[float], object], before: int, total: int, done: int) -> None:
    progress((before + done) / total)


def pooled(found: Sequence[Tuning]) -> Change | None:
    """The held-out digits of several trainings together, each read by the one that left it out;
    None where nothing was held out.
    """
    before = np.concatenate([np.zeros(0, bool), *(one.held_before for one in found)])
    after = np.concatenate([np.zeros(0, bool), *(one.held_after for one in found)])
    return change(before, after) if len(before) else None
