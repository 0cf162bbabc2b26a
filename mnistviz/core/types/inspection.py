"""Results of looking inside a network: layers, channels, kernels."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import DoubleArray, FloatArray, IntArray

# The output of a channel that is off: its mean over the training images, or 0.
Replacement = Literal["mean", "zero"]
REPLACEMENTS: tuple[Replacement, ...] = ("mean", "zero")

# near-twin: correlated like a twin, but its drop has not been measured.
ChannelVerdict = Literal["keep", "twin", "near-twin", "dead"]


@dataclass(frozen=True)
class LayerOutput:
    """The maps of one layer for one image, at one stage of the layer.

    `values` is (height, width, channels) float32; for the softmax (10,).
    """

    layer: str
    stage: Literal["input", "convolution", "relu", "normalization", "pool", "softmax"]
    values: FloatArray


@dataclass(frozen=True)
class ChannelEffect:
    """The drop of a score when one channel is switched off; negative where it rises."""

    layer: str
    channel: int
    drop: float


@dataclass(frozen=True)
class ActivationSurvey:
    """The activations of the channels of one convolution on a set of images.

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
    """The preferred inputs of channels of one convolution, from gradient ascent.

    `images` (n, size, size) are in [0, 1] and cover the receptive field of one value of `channels`
    (n,). `values` (n,) are the channels' values for their own images, before the ReLU, and
    `start_values` (n,) those for the initial noise. Images and values are float32, channels int32.
    """

    channels: NDArray[np.int32]
    images: FloatArray
    values: FloatArray
    start_values: FloatArray

    def with_more(self, other: "PreferredInputs") -> "PreferredInputs":
        """These inputs, and those of the other's channels that are not among these."""
        new = ~np.isin(other.channels, self.channels)
        return PreferredInputs(
            **{
                name: np.concatenate([mine, getattr(other, name)[new]])
                for name, mine in vars(self).items()
            }
        )


@dataclass(frozen=True)
class LayerStatistics:
    """The statistics of one convolution's channels over images and all places, after the ReLU.

    `mean`, `largest` and `active`, the share of places above 0, are (channels,), `covariance`
    is (channels, channels), all float64.
    """

    mean: DoubleArray
    largest: DoubleArray
    active: DoubleArray
    covariance: DoubleArray


@dataclass(frozen=True)
class LayerRedundancy:
    """The redundancy of the channels of a layer.

    `effective_rank` is in [0, channels]; `needed_95` and `needed_99` are the numbers of principal
    components with that share of the variance (`thresholds.SHARES`). `dead` channels are 0 at every
    place of every image; `twins` are pairs of channels with |r| ≥ `thresholds.TWIN_CORRELATION`.
    """

    layer: str
    channels: int
    effective_rank: float
    needed_95: int
    needed_99: int
    dead: tuple[int, ...]
    twins: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LayerAblation:
    """The accuracy of a network when channels of a layer are switched off, in [0, 1].

    Of `images` test images, `lost` (channels,) are classified right only with the channel, `gained`
    only without it. `order` (channels,) has the least important channel first. `least_first` and
    `most_first` (channels + 1,) are the accuracies with 0, 1, 2, … channels off in that order and
    in its reverse, `random` (draws, channels + 1) in others.
    """

    layer: str
    replacement: Replacement
    images: int
    lost: IntArray
    gained: IntArray
    order: IntArray
    least_first: DoubleArray
    most_first: DoubleArray
    random: DoubleArray

    @property
    def drops(self) -> DoubleArray:
        """The drop of the accuracy with each channel off alone, (channels,)."""
        drops: DoubleArray = (self.lost - self.gained) / self.images
        return drops

    def needed(self, cost: float) -> int:
        """The number of most important channels whose accuracy is within `cost` of that of all."""
        enough = self.least_first >= self.least_first[0] - cost
        # Counted from one end: an accuracy that recovers by chance with fewer channels is ignored.
        off = len(enough) if enough.all() else int(np.argmin(enough))
        return len(self.order) - (off - 1)


@dataclass(frozen=True)
class ChannelEvidence:
    """The verdict on a channel and the numbers behind it.

    `alike` is the channel with the largest |r|, `correlation` that r in [-1, 1]; None where it is
    constant. `active` is the share of places of all images where it is above 0. `drop` is the drop
    of the accuracy with it off alone; None where it was not measured. A `twin` is redundant beside
    `twin_of`.
    """

    channel: int
    verdict: ChannelVerdict
    twin_of: int | None
    alike: int | None
    correlation: float | None
    active: float
    drop: float | None


@dataclass(frozen=True)
class PruningResult:
    """The accuracy of a network with channels of a layer pruned, before and after more training.

    `left` (k,) is the number of channels left, `before` and `after` (k,) the accuracies, in [0, 1],
    on `images` test images, before and after `steps` more steps.
    """

    layer: str
    steps: int
    images: int
    left: IntArray
    before: DoubleArray
    after: DoubleArray


# Gradients by the direction of more brightness, counter-clockwise from the right; bright lines;
# two ripples and a checkerboard.
PATTERNS = (*"→↗↑↖←↙↓↘", *"|/–\\", "∿", "≋", "▚")
# The kind of each pattern, and how many patterns a kind has.
PATTERN_KINDS = (*(("gradient",) * 8), *(("line",) * 4), *(("texture",) * 3))


@dataclass(frozen=True)
class LayerCoverage:
    """The patterns that the 3×3 kernels of a layer cover, in the order of `PATTERNS`.

    `shares` are parts of the layer's energy in a pattern's kind, `holders` the numbers of channels
    with at least one kernel of mainly that pattern.
    """

    layer: str
    channels: int
    shares: tuple[float, ...]
    holders: tuple[int, ...]
