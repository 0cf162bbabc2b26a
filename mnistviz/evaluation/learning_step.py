"""One step of a training: its images, and the network before and after it."""

from dataclasses import dataclass

import numpy as np

from mnistviz.core.types.arrays import ByteArray, FloatArray, Weights
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.image_order import batch_of_step
from mnistviz.evaluation.scoring import score
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot


@dataclass(frozen=True)
class LearningStep:
    """A step with MNIST's images of its batch, as they are before they are changed for training.

    `images` are (n, 28, 28) uint8 with `labels` (n,). The logits (n, 10) and the weights are those
    of the snapshots before and after the step, in inference mode.
    """

    step: int
    images: ByteArray
    labels: ByteArray
    logits_before: FloatArray
    logits_after: FloatArray
    weights_before: Weights
    weights_after: Weights

    @property
    def before(self) -> Evaluation:
        return score(self.logits_before, self.labels)

    @property
    def after(self) -> Evaluation:
        return score(self.logits_after, self.labels)

    def kernel_change(self, layer: str) -> FloatArray:
        """Return the change of the kernels of a layer, (height, width, inputs, outputs)."""
        return self.weights_after[layer]["kernel"] - self.weights_before[layer]["kernel"]


def last_single_step(run: Run) -> int | None:
    """Return the last step before and after which a run has a snapshot, or None.

    None, too, for a run that trains on a person's digits.
    """
    steps = set(snapshots.steps_of(run))
    if run.spec.own is not None:
        return None
    return max((step for step in steps if step - 1 in steps), default=None)


def learning_step(run: Run, step: int) -> LearningStep:
    """Return a step of a run. Raises `RunError` where one of its snapshots can't be read."""
    before, after = load(Snapshot(run, step - 1)), load(Snapshot(run, step))
    data = data_of(run.spec.data)
    numbers = batch_of_step(run.spec.train, step)
    numbers = numbers[numbers < run.spec.train.num_images]
    images = np.ascontiguousarray(data.x_train[numbers])
    return LearningStep(
        step=step,
        images=images,
        labels=data.y_train[numbers],
        logits_before=before.logits(images),
        logits_after=after.logits(images),
        weights_before=before.weights,
        weights_after=after.weights,
    )
