"""Frozen rows that training, inspection, evaluation and charts share. NumPy only."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

# batch: mean over the steps since the row before, dropout on; train: the running mean over
# a whole epoch, dropout on, as the published log prints it; validation: after each epoch,
# inference mode; fixed_train: the same on a fixed set of training images, which makes the gap;
# test: the test set, read once after the last epoch.
MetricSplit = Literal["batch", "train", "validation", "fixed_train", "test"]

# What is said of two plans, by the rule of `mnistviz.studies.verdicts`.
Verdict = Literal["equivalent", "better", "worse", "cannot be told apart", "too few seeds"]

# What takes the place of a channel that is off. mean: its mean over the training images; zero:
# nothing.
Replacement = Literal["mean", "zero"]
REPLACEMENTS: tuple[Replacement, ...] = ("mean", "zero")

# near-twin: as alike as a twin, but nobody has yet tried what switching it off costs.
ChannelVerdict = Literal["keep", "twin", "near-twin", "dead"]


@dataclass(frozen=True)
class MetricRow:
    """What a network scored at one moment of its training.

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
        """How much better it is on images it was trained on than on those it never saw."""
        return None if self.fixed_accuracy is None else self.fixed_accuracy - self.val_accuracy

    @property
    def running_gap(self) -> float:
        """The same with the running mean of the epoch, taken with dropout on."""
        return self.accuracy - self.val_accuracy


@dataclass(frozen=True)
class Guesses:
    """What a network makes of a few fixed test digits at one moment of its training.

    `digits` are its answers, `probabilities` how likely it holds each of them, in [0, 1].
    """

    step: int
    digits: tuple[int, ...]
    probabilities: tuple[float, ...]


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
class Stage:
    """What one layer makes of one image, at one point of the layer.

    `values` is (height, width, channels) float32; for the softmax (10,).
    """

    layer: str
    stage: Literal["input", "convolution", "relu", "normalization", "pool", "softmax"]
    values: FloatArray


@dataclass(frozen=True)
class ChannelEffect:
    """By how much a score drops when one channel is switched off. Negative: it rises."""

    layer: str
    channel: int
    drop: float


@dataclass(frozen=True)
class Evaluation:
    """How a network does on a labelled set.

    `per_class` is the accuracy among the images of each class, NaN where
    there is none; `confusion` is (10, 10) int64, row = label, column = answer.
    """

    images: int
    accuracy: float
    loss: float
    per_class: NDArray[np.float64]
    confusion: NDArray[np.int64]


@dataclass(frozen=True)
class LayerSurvey:
    """What the channels of one convolution do on a set of images.

    `top_images`, `top_values` (k, channels) and `top_places` (k, channels, 2) are the images
    with the highest value anywhere in the channel's map, that value, and its row and column.
    `active_images` (10, channels) is the share of the images of each digit in which the
    channel is above 0 somewhere, `active_places` (channels,) the share of all places.
    `mean_by_digit` (10, channels) is the mean value, `largest` (channels,) the highest.
    """

    top_images: NDArray[np.int32]
    top_values: FloatArray
    top_places: NDArray[np.int32]
    active_images: FloatArray
    active_places: FloatArray
    mean_by_digit: FloatArray
    largest: FloatArray


@dataclass(frozen=True)
class PreferredInputs:
    """The inputs that some channels of one convolution like best, found by climbing a gradient.

    `images` (n, size, size) are in [0, 1], as large as what one value of `channels` (n,) sees.
    `values` (n,) is what each makes of its own, before the ReLU, `start_values` (n,) of the
    noise that the search began with. Images and values are float32, channels int32.
    """

    channels: NDArray[np.int32]
    images: FloatArray
    values: FloatArray
    start_values: FloatArray

    def with_more(self, other: "PreferredInputs") -> "PreferredInputs":
        """These and those of the other's channels that are not among these."""
        new = ~np.isin(other.channels, self.channels)
        return PreferredInputs(
            **{
                name: np.concatenate([mine, getattr(other, name)[new]])
                for name, mine in vars(self).items()
            }
        )


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


@dataclass(frozen=True)
class Duel:
    """Two plans, first minus second over the seeds that both have. Accuracies in [0, 1].

    `interval` is the 95 % interval of the mean difference, `narrow` the 90 % one; NaN with fewer
    than two seeds. `p` is that of the two-sided paired t-test, `p_holm` corrected for all pairs.
    The verdict is about the first. `seeds_needed` is how many seeds would settle it if they went
    on as those so far, None where the verdict stands or 1,000 would not do.
    """

    first: str
    second: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    mean: float
    interval: tuple[float, float]
    narrow: tuple[float, float]
    p: float
    p_holm: float
    verdict: Verdict
    seeds_needed: int | None


@dataclass(frozen=True)
class PlanScore:
    """What a channel plan reached over its seeds. Accuracies are in [0, 1].

    `half_width` is half the 95 % interval of the mean, NaN for fewer than two seeds;
    `epoch_seconds` the fastest epoch of any of its trainings, `slowest_seconds` the fastest epoch
    of the one that other work on the machine disturbed most.
    """

    plan: str
    parameters: int
    multiply_accumulates: int
    count: int
    mean: float
    half_width: float
    epoch_seconds: float
    slowest_seconds: float


@dataclass(frozen=True)
class LayerMoments:
    """How the channels of one convolution vary, over images and all places, after the ReLU.

    `mean`, `largest` and `active`, the share of places above 0, are (channels,), `covariance`
    is (channels, channels), all float64.
    """

    mean: NDArray[np.float64]
    largest: NDArray[np.float64]
    active: NDArray[np.float64]
    covariance: NDArray[np.float64]


@dataclass(frozen=True)
class LayerUse:
    """How many of the channels of a layer say something of their own.

    `effective_rank` is in [0, channels]; `needed_95` and `needed_99` are how many principal
    components carry that share of the variance. `dead` channels are 0 at every place of every
    image; `twins` are pairs of channels with |r| from 0.95 on.
    """

    layer: str
    channels: int
    effective_rank: float
    needed_95: int
    needed_99: int
    dead: tuple[int, ...]
    twins: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class MeanUse:
    """The means of `LayerUse` over `count` networks of one plan; dead and twins are numbers."""

    layer: str
    channels: int
    count: int
    effective_rank: float
    needed_95: float
    needed_99: float
    dead: float
    twins: float


@dataclass(frozen=True)
class LayerAblation:
    """What a network reads right when channels of a layer are switched off. Shares, in [0, 1].

    Of `images` test images, `lost` (channels,) are read right only with the channel, `gained`
    only without it. `order` (channels,) has the least important channel first. `least_first` and
    `most_first` (channels + 1,) are the accuracies with 0, 1, 2, … channels off in that order and
    in its reverse, `random` (draws, channels + 1) in others.
    """

    layer: str
    replacement: Replacement
    images: int
    lost: NDArray[np.int_]
    gained: NDArray[np.int_]
    order: NDArray[np.int_]
    least_first: NDArray[np.float64]
    most_first: NDArray[np.float64]
    random: NDArray[np.float64]

    @property
    def drops(self) -> NDArray[np.float64]:
        """What each channel alone costs, (channels,)."""
        drops: NDArray[np.float64] = (self.lost - self.gained) / self.images
        return drops

    def needed(self, cost: float) -> int:
        """How few channels do, of the most important ones, at most `cost` below the whole."""
        enough = self.least_first >= self.least_first[0] - cost
        # From one end: what is lost for a while and comes back by chance doesn't count.
        off = len(enough) if enough.all() else int(np.argmin(enough))
        return len(self.order) - (off - 1)


@dataclass(frozen=True)
class ChannelEvidence:
    """What speaks for a channel, and what is to be done with it.

    `alike` is the channel that it goes together with most, `correlation` their r in [-1, 1];
    None where it never varies. `active` is the share of places of all images where it is above
    0. `drop` is what switching it off alone costs, a share; None where nobody has tried. A `twin`
    says nothing that `twin_of` does not say, too.
    """

    channel: int
    verdict: ChannelVerdict
    twin_of: int | None
    alike: int | None
    correlation: float | None
    active: float
    drop: float | None


@dataclass(frozen=True)
class Tuned:
    """What a network reads right with channels of a layer cut out, before and after more training.

    `left` (k,) is how many channels are left, `before` and `after` (k,) the accuracies, in [0, 1],
    on `images` test images, before and after `steps` more steps.
    """

    layer: str
    steps: int
    images: int
    left: NDArray[np.int_]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


# Gradients by the direction of more brightness, counter-clockwise from the right; bright lines;
# two ripples and a checkerboard.
PATTERNS = (*"→↗↑↖←↙↓↘", *"|/–\\", "∿", "≋", "▚")
# The kind of each pattern, and how many patterns a kind has.
PATTERN_KINDS = (*(("gradient",) * 8), *(("line",) * 4), *(("texture",) * 3))


@dataclass(frozen=True)
class LayerCoverage:
    """What the 3×3 kernels of a layer look for, in the order of `PATTERNS`.

    `shares` are parts of the energy that the layer has in a pattern's kind, `holders` the numbers
    of channels with at least one kernel that looks mainly for the pattern.
    """

    layer: str
    channels: int
    shares: tuple[float, ...]
    holders: tuple[int, ...]


@dataclass(frozen=True)
class MeanCoverage:
    """The means of `LayerCoverage` over `count` networks whose layer has as many channels.

    `covered` is in how many of the networks, a share, at least one kernel looks for the pattern.
    `of` names a network that is one by itself.
    """

    channels: int
    count: int
    shares: tuple[float, ...]
    holders: tuple[float, ...]
    covered: tuple[float, ...]
    of: str = ""

    @property
    def title(self) -> str:
        """As it stands beside others."""
        return f"{self.channels} ({self.of})" if self.of else str(self.channels)

    def covered_of(self, kind: str) -> float:
        """How many patterns of a kind are covered, on average."""
        parts = zip(PATTERN_KINDS, self.covered, strict=True)
        return sum(share for of_kind, share in parts if of_kind == kind)
