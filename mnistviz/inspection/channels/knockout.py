"""Knock-out: what becomes of an answer when channels are switched off.

A channel that is off says the same at every place of every image: the mean of what it hands on,
over the training images and all places, or else 0. What it hands on is the output of the
batch normalization, or of the ReLU in a network without.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import ChannelEffect, LayerOutput, Replacement
from mnistviz.digits.mnist import to_input
from mnistviz.network.model import BATCH_SIZE

# Channels that are off, by the name of their convolution.
Off = Mapping[str, Collection[int]]

# Training images that a channel's mean is taken over, the first ones: enough for three digits, in
# a second instead of six.
NUM_AVERAGED = 10_000


def switches(network: keras.Sequential) -> dict[str, tuple[str, int]]:
    """Where channels can be switched off: the layer after which, its convolution, how many.

    All convolutions but the last, whose ten channels are the scores themselves.
    """
    names = {layer.name for layer in network.layers}
    found = {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.activation is keras.activations.relu:
            norm = layer.name.replace("conv", "bn")
            found[norm if norm in names else layer.name] = (layer.name, layer.filters)
    return found


def channel_means(
    network: keras.Sequential,
    images: NDArray[np.uint8],
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, FloatArray]:
    """What each channel hands on on average over images `(n, 28, 28)` uint8 and all places.

    `(channels,)` float32 by convolution. `progress` is told how many images are done.
    """
    after = switches(network)

    def sums(values: tf.Tensor) -> dict[str, tf.Tensor]:
        found = {}
        for layer in network.layers:
            values = layer(values, training=False)
            if layer.name in after:
                name, _ = after[layer.name]
                # A mean over places first: a sum over all would lose digits in float32.
                found[name] = tf.reduce_sum(tf.reduce_mean(values, (1, 2)), 0)
        return found

    traced = tf.function(sums).get_concrete_function(
        tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)
    )
    totals = {name: np.zeros(channels) for name, channels in after.values()}
    for start in range(0, len(images), BATCH_SIZE):
        part = images[start : start + BATCH_SIZE]
        for name, total in traced(tf.constant(to_input(part)[..., np.newaxis])).items():
            totals[name] += total.numpy()
        progress(start + len(part))
    return {name: (total / len(images)).astype(np.float32) for name, total in totals.items()}


class Knockout:
    """A network whose channels can be switched off, safe to share between threads.

    `means` are those of `channel_means`.
    """

    def __init__(self, network: keras.Sequential, means: Mapping[str, FloatArray]) -> None:
        self.network = network
        self.means = {name: np.asarray(mean, np.float32) for name, mean in means.items()}
        self._after = switches(network)
        self._lock = threading.Lock()
        images = tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)
        kept = {name: tf.TensorSpec((None, n), tf.float32) for name, n in self._after.values()}
        fill = {name: tf.TensorSpec((n,), tf.float32) for name, n in self._after.values()}
        self._logits = tf.function(
            lambda images, kept, fill: self._walk(images, kept, fill)[0]
        ).get_concrete_function(images, kept, fill)
        self._maps = tf.function(
            lambda images, kept, fill: self._walk(images, kept, fill)[1]
        ).get_concrete_function(images, kept, fill)

    @property
    def channels(self) -> tuple[tuple[str, int], ...]:
        """All channels that can be switched off, as (convolution, channel)."""
        return tuple((name, i) for name, count in self._after.values() for i in range(count))

    def logits(
        self, image: FloatArray, offs: Sequence[Off], replacement: Replacement = "mean"
    ) -> FloatArray:
        """Logits `(n, 10)` float32 of one image `(28, 28)` with each of n sets of channels off."""
        images = np.broadcast_to(image[np.newaxis, ..., np.newaxis], (len(offs), *image.shape, 1))
        with self._lock:
            logits: FloatArray = self._logits(
                tf.constant(images), self._kept(offs), self._fill(replacement)
            ).numpy()
        return logits

    def maps(
        self, image: FloatArray, off: Off, replacement: Replacement = "mean"
    ) -> tuple[LayerOutput, ...]:
        """What each convolution hands on for an image `(28, 28)` with channels off."""
        with self._lock:
            found = self._maps(
                tf.constant(image[np.newaxis, ..., np.newaxis]),
                self._kept([off]),
                self._fill(replacement),
            )
        return tuple(
            LayerOutput(name, "relu" if after == name else "normalization", found[name][0].numpy())
            for after, (name, _) in self._after.items()
        )

    def _kept(self, offs: Sequence[Off]) -> dict[str, FloatArray]:
        kept = {}
        for name, count in self._after.values():
            kept[name] = np.ones((len(offs), count), np.float32)
            for row, off in enumerate(offs):
                kept[name][row, list(off.get(name, ()))] = 0
        return kept

    def _fill(self, replacement: Replacement) -> dict[str, FloatArray]:
        share = np.float32(replacement == "mean")
        return {name: share * mean for name, mean in self.means.items()}

    def _walk(
        self, images: tf.Tensor, kept: dict[str, tf.Tensor], fill: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        maps = {}
        values = images
        for layer in self.network.layers[:-1]:
            values = layer(values, training=False)
            if layer.name in self._after:
                name, _ = self._after[layer.name]
                on = kept[name][:, tf.newaxis, tf.newaxis]
                values = tf.where(on > 0, values, fill[name])
                maps[name] = values
        return values, maps


def channel_effects(
    knockout: Knockout,
    image: FloatArray,
    weights: FloatArray,
    replacement: Replacement = "mean",
) -> list[ChannelEffect]:
    """What switching off each channel, one at a time, costs a score; what carries it most first.

    The score of an image `(28, 28)` is the sum of its logits, each times its weight in `(10,)`.
    """
    offs: list[Off] = [{}, *({name: [channel]} for name, channel in knockout.channels)]
    scores = knockout.logits(image, offs, replacement) @ weights
    effects = [
        ChannelEffect(name, channel, float(scores[0] - score))
        for (name, channel), score in zip(knockout.channels, scores[1:], strict=True)
    ]
    return sorted(effects, key=lambda effect: -effect.drop)
