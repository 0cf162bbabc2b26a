"""Knock-out: the answer of a network when channels are switched off.

A channel that is off has the same value at every place of every image: the mean of its output over
the training images and all places, or else 0. Its output is that of the batch normalization, or of
the ReLU in a network without.
"""

import threading
from collections.abc import Collection, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.core.types.inspection import ChannelEffect, LayerOutput, Replacement
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.inspection.layer_outputs import (
    IMAGES_SPEC,
    block_ends,
    image_batches,
    last_output,
    layer_outputs,
    relu_convolutions,
)
from mnistviz.network.model import BATCH_SIZE

# Channels that are off, by the name of their convolution.
Off = Mapping[str, Collection[int]]

# Training images that a channel's mean is taken over, the first ones: enough for three digits, in
# a second instead of six.
NUM_AVERAGED = 10_000


def channel_means(
    network: keras.Sequential, images: ByteArray, progress: Progress = no_progress
) -> dict[str, FloatArray]:
    """The mean output of each channel over images `(n, 28, 28)` uint8 and all places.

    `(channels,)` float32 by convolution. `progress` gets the number of images that are done.
    """
    ends = block_ends(network)

    def sums(values: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = layer_outputs(network.layers, values)
        # A mean over places first: a sum over all would lose digits in float32.
        return {
            name: tf.reduce_sum(tf.reduce_mean(outputs[end], (1, 2)), 0)
            for name, end in ends.items()
        }

    traced = tf.function(sums).get_concrete_function(IMAGES_SPEC)
    totals = {layer.name: np.zeros(layer.filters) for layer in relu_convolutions(network)}
    for batch in image_batches(images, BATCH_SIZE, progress):
        for name, total in traced(batch).items():
            totals[name] += total.numpy()
    return {name: (total / len(images)).astype(np.float32) for name, total in totals.items()}


class Knockout:
    """A network whose channels can be switched off, safe to share between threads.

    All convolutions but the last have such channels; those of the last are the logits themselves.
    `means` are those of `channel_means`.
    """

    def __init__(self, network: keras.Sequential, means: Mapping[str, FloatArray]) -> None:
        self.network = network
        self.means = {name: np.asarray(mean, np.float32) for name, mean in means.items()}
        self._ends = block_ends(network)
        self._counts = {layer.name: layer.filters for layer in relu_convolutions(network)}
        self._lock = threading.Lock()
        on = {name: tf.TensorSpec((None, n), tf.float32) for name, n in self._counts.items()}
        fill = {name: tf.TensorSpec((n,), tf.float32) for name, n in self._counts.items()}
        self._logits = tf.function(
            lambda images, on, fill: last_output(self._outputs(images, on, fill))
        ).get_concrete_function(IMAGES_SPEC, on, fill)
        self._maps = tf.function(self._outputs).get_concrete_function(IMAGES_SPEC, on, fill)

    @property
    def channels(self) -> tuple[tuple[str, int], ...]:
        """All channels that can be switched off, as (convolution, channel)."""
        return tuple((name, i) for name, count in self._counts.items() for i in range(count))

    def logits(
        self, image: FloatArray, offs: Sequence[Off], replacement: Replacement = "mean"
    ) -> FloatArray:
        """Logits `(n, 10)` float32 of one image `(28, 28)` with each of n sets of channels off."""
        images = np.broadcast_to(image[np.newaxis, ..., np.newaxis], (len(offs), *image.shape, 1))
        with self._lock:
            logits: FloatArray = self._logits(
                tf.constant(images), self._on(offs), self._fill(replacement)
            ).numpy()
        return logits

    def maps(
        self, image: FloatArray, off: Off, replacement: Replacement = "mean"
    ) -> tuple[LayerOutput, ...]:
        """The output of each convolution's block for an image `(28, 28)` with channels off."""
        with self._lock:
            outputs = self._maps(
                tf.constant(image[np.newaxis, ..., np.newaxis]),
                self._on([off]),
                self._fill(replacement),
            )
        return tuple(
            LayerOutput(name, "relu" if end == name else "normalization", outputs[end][0].numpy())
            for name, end in self._ends.items()
        )

    def _on(self, offs: Sequence[Off]) -> dict[str, FloatArray]:
        """1 for each channel that is on, 0 for others, `(n, channels)` by convolution."""
        on = {}
        for name, count in self._counts.items():
            on[name] = np.ones((len(offs), count), np.float32)
            for row, off in enumerate(offs):
                on[name][row, list(off.get(name, ()))] = 0
        return on

    def _fill(self, replacement: Replacement) -> dict[str, FloatArray]:
        share = np.float32(replacement == "mean")
        return {name: share * mean for name, mean in self.means.items()}

    def _outputs(
        self, images: tf.Tensor, on: dict[str, tf.Tensor], fill: dict[str, tf.Tensor]
    ) -> dict[str, tf.Tensor]:
        """The outputs of all layers but the softmax, with channels replaced."""
        names = {end: name for name, end in self._ends.items()}

        def replace(layer: str, values: tf.Tensor) -> tf.Tensor:
            if layer not in names:
                return values
            name = names[layer]
            return tf.where(on[name][:, tf.newaxis, tf.newaxis] > 0, values, fill[name])

        return layer_outputs(self.network.layers[:-1], images, replace=replace)


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
