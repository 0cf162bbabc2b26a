"""Results of looking inside a network: layers, channels, kernels."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import FloatArray

# What takes the place of a channel that is off. mean: its mean over the training images; zero:
# nothing.
Replacement = Literal["mean", "zero"]
REPLACEMENTS: tuple[Replacement, ...] = ("mean", "zero")

# near-twin: as alike as a twin, but nobody has yet tried what switching it off costs.
ChannelVerdict = Literal["keep", "twin", "near-twin", "dead"]


@dataclass(frozen=True)
class LayerOutput:
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
class ActivationSurvey:
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
class LayerStatistics:
    """How the channels of one convolution vary, over images and all places, after the ReLU.

    `mean`, `largest` and `active`, the share of places above 0, are (channels,), `covariance`
    is (channels, channels), all float64.
    """

    mean: NDArray[np.float64]
    largest: NDArray[np.float64]
    active: NDArray[np.float64]
    covariance: NDArray[np.float64]


@dataclass(frozen=True)
class LayerRedundancy:
    """How many of the channels of a layer say something of their own.

    `effective_rank` is in [0, channels]; `needed_95` and `needed_99` are how many principal
    components carry that share of the variance. `dead` channels are 0 at every place of every
    image; `twins` are pairs of channels with |r| of at least `TWIN_CORRELATION`.
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
class PruningResult:
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
