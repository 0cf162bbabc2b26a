"""Rows and states of a training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# batch: mean over the steps since the row before, dropout on; train: the running mean over
# a whole epoch, dropout on, as the published log prints it; validation: after each epoch,
# inference mode; fixed_train: the same on a fixed set of training images, which makes the gap;
# train_sample: the same on fewer of them, where the gap is not measured; test: the test set, read
# once after the last epoch. The losses of batch and train are those that the training lowers: with
# changed images and soft labels. All others are the cross-entropy of images as they are.
MetricSplit = Literal["batch", "train", "validation", "fixed_train", "train_sample", "test"]

# Values of a distribution in ascending order, those of `inspection.distributions.QUANTILES`.
Quantiles = tuple[float, ...]


@dataclass(frozen=True)
class MetricRow:
    """The scores of a network at one moment of its training.

    `epoch` counts from 1, `accuracy` is in [0, 1], `loss` is the mean
    cross-entropy in nats, `seconds` runs from the start of the training.
    """

    step: int
    epoch: int
    split: MetricSplit
    loss: float
    accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class EpochRow:
    """One whole epoch of a training, as the published log tells one.

    Accuracies are in [0, 1], losses the mean cross-entropy in nats; `seconds` is how long
    the epoch took with its validation. `fixed_accuracy` is that on a fixed set of training
    images in inference mode, None where it wasn't measured.
    """

    epoch: int
    learning_rate: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    fixed_accuracy: float | None = None

    @property
    def gap(self) -> float | None:
        """The difference in accuracy between images it was trained on and others."""
        return None if self.fixed_accuracy is None else self.fixed_accuracy - self.val_accuracy

    @property
    def running_gap(self) -> float:
        """The same with the running mean of the epoch, taken with dropout on."""
        return self.accuracy - self.val_accuracy


@dataclass(frozen=True)
class WatchedAnswers:
    """The answers to a few fixed test digits at one moment of a training.

    `digits` are its answers, `probabilities` how likely it holds each of them, in [0, 1].
    """

    step: int
    digits: tuple[int, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Distributions:
    """The distributions of a network's values after a step, by convolution, from first to last.

    `gradients` are the means of the last steps' gradients that Adam keeps, empty at step 0.
    """

    step: int
    weights: Mapping[str, Quantiles]
    gradients: Mapping[str, Quantiles]
    activations: Mapping[str, Quantiles]


@dataclass(frozen=True)
class TrainingState:
    """All that a training needs to go on from a step as if it had never ended.

    `variables` are the weights in `get_weights()` order, then the optimizer's own;
    `sums` are those of the loss, of right answers and of images since the epoch began
    and since the last row.
    """

    step: int
    seconds: float
    sums: tuple[float, ...]
    variables: tuple[NDArray[np.generic], ...]


@dataclass(frozen=True)
class Curve:
    """One line over the epochs trained: a run's, or the mean of runs alike but for the seed.

    `low` and `high` bound the band around a mean, `counts` is the number of runs behind
    each point; all three are empty for a single run. `training` curves are drawn
    thin, beside the validation curve of the same `name`.
    """

    name: str
    training: bool
    epochs: tuple[float, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
