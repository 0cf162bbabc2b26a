"""Knock-out: the answer of a network when channels are switched off.

A channel that is off has the same value at every place of every image: the mean of its output over
the training images and all places, or else 0. Its output is that of the batch normalization, or of
the ReLU in a network without.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from mnistviz.core.types.arrays import (
    BoolArray,
    ByteArray,
    DoubleArray,
    FloatArray,
    IntArray,
    RealArray,
)
from mnistviz.core.types.inspection import ChannelEffect, LayerOutput, Replacement
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.batches import map_batches
from mnistviz.network.network import Network

# Channels that are off, by the name of their convolution.
Off = Mapping[str, Collection[int]]

# Training images that a channel's mean is taken over, the first ones: enough for three digits, in
# a second instead of six.
NUM_AVERAGED = 10_000


def channel_means(
    network: Network, images: ByteArray, progress: Progress = no_progress
) -> dict[str, FloatArray]:
    """The mean output of each channel over images `(n, 28, 28)` uint8 and all places.

    `(channels,)` float32 by convolution. `progress` gets the number of images that are done.
    """
    ends = network.spec.block_ends

    def sums(batch: ByteArray) -> list[DoubleArray]:
        outputs = network.outputs(batch)
        return [
            outputs[end].mean(axis=(1, 2)).sum(axis=0, dtype=np.float64) for end in ends.values()
        ]

    parts = zip(*map_batches(sums, images, progress=progress), strict=True)
    return {
        name: (np.sum(of_batches, axis=0) / len(images)).astype(np.float32)
        for name, of_batches in zip(ends, parts, strict=True)
    }


class Knockout:
    """A network whose channels can be switched off, safe to share between threads.

    All convolutions but the last have such channels; those of the last are the logits themselves.
    `means` are those of `channel_means`.
    """

    def __init__(self, network: Network, means: Mapping[str, FloatArray]) -> None:
        self.network = network
        self.means = {name: np.asarray(mean, np.float32) for name, mean in means.items()}
        self._ends = network.spec.block_ends

    @property
    def channels(self) -> tuple[tuple[str, int], ...]:
        """All channels that can be switched off, as (convolution, channel)."""
        return tuple(
            (layer.name, channel)
            for layer in self.network.spec.relu_convolutions
            for channel in range(layer.output_shape[-1])
        )

    def logits(
        self, image: FloatArray, offs: Sequence[Off], replacement: Replacement = "mean"
    ) -> FloatArray:
        """Logits `(n, 10)` float32 of one image `(28, 28)` with each of n sets of channels off."""
        last = self.network.layers[-1].name

        def logits(numbers: IntArray) -> RealArray:
            chosen = [offs[number] for number in numbers]
            return self._outputs(image, chosen, replacement)[last]

        return np.concatenate(map_batches(logits, np.arange(len(offs))))

    def maps(
        self, image: FloatArray, off: Off, replacement: Replacement = "mean"
    ) -> tuple[LayerOutput, ...]:
        """The output of each convolution's block for an image `(28, 28)` with channels off."""
        outputs = self._outputs(image, [off], replacement)
        return tuple(
            LayerOutput(name, "relu" if end == name else "normalization", outputs[end][0])
            for name, end in self._ends.items()
        )

    def _outputs(
        self, image: FloatArray, offs: Sequence[Off], replacement: Replacement
    ) -> dict[str, RealArray]:
        """The outputs of all layers but the softmax, for each set of channels that is off."""
        names = {end: name for name, end in self._ends.items()}

        def replace(layer: str, values: RealArray) -> RealArray:
            if layer not in names:
                return values
            name = names[layer]
            fill = self.means[name] if replacement == "mean" else np.float32(0)
            return np.where(_is_off(name, offs, values.shape[-1])[:, None, None], fill, values)

        return self.network.outputs(np.broadcast_to(image, (len(offs), *image.shape)), replace)


def _is_off(name: str, offs: Sequence[Off], channels: int) -> BoolArray:
    """Whether each channel of a convolution is off, `(n, channels)`, for each of n sets."""
    is_off = np.zeros((len(offs), channels), bool)
    for row, off in zip(is_off, offs, strict=True):
        row[list(off.get(name, ()))] = True
    return is_off


def channel_effects(
    knockout: Knockout, image: FloatArray, weights: FloatArray, replacement: Replacement = "mean"
) -> list[ChannelEffect]:
    """The drop of a score when each channel alone is switched off, the largest first.

    The score of an image `(28, 28)` is the sum of its logits, each times its weight in `(10,)`.
    """
    offs: list[Off] = [{}, *({name: [channel]} for name, channel in knockout.channels)]
    scores = knockout.logits(image, offs, replacement) @ weights
    effects = [
        ChannelEffect(name, channel, float(scores[0] - score))
        for (name, channel), score in zip(knockout.channels, scores[1:], strict=True)
    ]
    return sorted(effects, key=lambda effect: -effect.drop)
