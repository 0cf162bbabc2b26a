"""Accuracy of a trained network with channels of a layer switched off.

The layers up to that one are computed once; only those behind it run again for each set of
channels that is off. The output of a channel that is off is its mean over training images, or 0.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.types.arrays import BoolArray, ByteArray, FloatArray
from mnistviz.core.types.inspection import LayerAblation, Replacement
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.inspection.layer_outputs import (
    BATCH_SIZE,
    IMAGES_SPEC,
    block_ends,
    image_batches,
    last_output,
    layer_outputs,
)

# Random orders, beside the two by importance.
NUM_DRAWS = 5


class SplitNetwork:
    """A network split behind one convolution's block, on labelled images.

    `layer` is a convolution with a ReLU, `mean` (channels,) the mean output of its channels
    (`knockout.channel_means`), which `replacement` puts in the place of those that are off, or 0.
    `images` (n, 28, 28) and `labels` (n,) are uint8.
    """

    def __init__(
        self,
        network: keras.Sequential,
        layer: str,
        mean: FloatArray,
        images: ByteArray,
        labels: ByteArray,
        replacement: Replacement = "mean",
    ) -> None:
        layers = list(network.layers[:-1])
        place = [one.name for one in layers].index(block_ends(network)[layer]) + 1
        self.layer = layer
        self.replacement: Replacement = replacement
        self._labels = labels
        self._fill = tf.constant(mean if replacement == "mean" else np.zeros_like(mean), tf.float32)
        head = _chain(layers[:place], IMAGES_SPEC)
        self._maps = [head(batch) for batch in image_batches(images, BATCH_SIZE)]
        maps_spec = tf.TensorSpec((None, *self._maps[0].shape[1:]), tf.float32)
        self._tail = _chain(layers[place:], maps_spec)

    @property
    def channels(self) -> int:
        return int(self._fill.shape[0])

    @property
    def images(self) -> int:
        return len(self._labels)

    def right(self, off: Collection[int]) -> BoolArray:
        """Whether each image is classified right with those channels off, (n,) bool."""
        on = np.ones(self.channels, bool)
        on[list(off)] = False
        answers = [
            self._tail(tf.where(on, maps, self._fill)).numpy().argmax(axis=1) for maps in self._maps
        ]
        right: BoolArray = np.concatenate(answers) == self._labels
        return right

    def accuracy(self, off: Collection[int]) -> float:
        """The accuracy in [0, 1] with those channels off."""
        return float(self.right(off).mean())


def _chain(layers: Sequence[keras.layers.Layer], spec: tf.TensorSpec) -> Callable[..., Any]:
    """A function that applies layers one after another in inference mode, traced once."""
    traced: Callable[..., Any] = tf.function(
        lambda values: last_output(layer_outputs(layers, values))
    ).get_concrete_function(spec)
    return traced


def ablate(split: SplitNetwork, progress: Progress = no_progress, seed: int = 0) -> LayerAblation:
    """The accuracies with each channel off alone, then with more and more of them off.

    In order of importance, the least important first and the most important first, and in
    `NUM_DRAWS` random orders from `seed`. `progress` gets the share that is done.
    """
    count = split.channels
    total = 1 + count * (3 + NUM_DRAWS)
    done = 0

    def right(off: Collection[int]) -> BoolArray:
        nonlocal done
        result = split.right(off)
        done += 1
        progress(done / total)
        return result

    whole = right(())
    alone = np.stack([right((channel,)) for channel in range(count)])
    lost, gained = (whole & ~alone).sum(axis=1), (~whole & alone).sum(axis=1)

    def accuracies(order: Sequence[int]) -> list[float]:
        rest = (right(order[:number]) for number in range(1, count + 1))
        return [float(whole.mean()), *(float(answers.mean()) for answers in rest)]

    least_first = np.argsort(lost - gained, kind="stable").tolist()
    generator = np.random.default_rng(seed)
    return LayerAblation(
        layer=split.layer,
        replacement=split.replacement,
        images=split.images,
        lost=lost,
        gained=gained,
        order=np.array(least_first),
        least_first=np.array(accuracies(least_first)),
        most_first=np.array(accuracies(least_first[::-1])),
        random=np.array(
            [accuracies(generator.permutation(count).tolist()) for _ in range(NUM_DRAWS)]
        ),
    )
