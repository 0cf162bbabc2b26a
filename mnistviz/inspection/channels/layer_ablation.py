"""Accuracy of a trained network with channels of a layer switched off.

For each batch of images, the layers up to that one are computed once; only those behind it run
again for each set of channels that is off. The output of a channel that is off is its mean over
training images, or 0.
"""

from collections.abc import Collection, Sequence

import numpy as np

from mnistviz.core.types.arrays import BoolArray, ByteArray, FloatArray
from mnistviz.core.types.inspection import LayerAblation, Replacement
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.batches import map_batches
from mnistviz.network.layers import layer_outputs
from mnistviz.network.network import Network, as_batch
from mnistviz.network.windows import as_rows, repeat_along_rows

# Random orders, beside the two by importance.
NUM_DRAWS = 5

# The maps behind a deep layer are small: with fewer images, calls take longer than their products.
IMAGES_AT_ONCE = 32


class SplitNetwork:
    """A network split behind one convolution's block, on labelled images.

    `layer` is a convolution with a ReLU, `mean` (channels,) the mean output of its channels
    (`knockout.channel_means`), which `replacement` puts in the place of those that are off, or 0.
    `images` (n, 28, 28) and `labels` (n,) are uint8.
    """

    def __init__(
        self,
        network: Network,
        layer: str,
        mean: FloatArray,
        images: ByteArray,
        labels: ByteArray,
        replacement: Replacement = "mean",
    ) -> None:
        names = [one.name for one in network.layers]
        place = names.index(network.spec.block_ends[layer]) + 1
        self.layer = layer
        self.replacement: Replacement = replacement
        self._network = network
        self._head, self._tail = network.layers[:place], network.layers[place:]
        self._fill = mean.astype(np.float32) if replacement == "mean" else np.zeros_like(mean)
        self._images, self._labels = images, labels

    @property
    def channels(self) -> int:
        return len(self._fill)

    @property
    def images(self) -> int:
        return len(self._labels)

    def right(self, offs: Sequence[Collection[int]], progress: Progress = no_progress) -> BoolArray:
        """Whether each image is classified right with each of some sets of channels off.

        (sets, n) bool. `progress` gets the share that is done.
        """
        is_off = np.zeros((len(offs), self.channels), bool)
        for row, off in zip(is_off, offs, strict=True):
            row[list(off)] = True
        weights = self._network.weights

        def right(images: ByteArray, labels: ByteArray) -> BoolArray:
            maps = layer_outputs(self._head, weights, as_batch(images))[self._head[-1].name]
            found = np.empty((len(is_off), len(images)), bool)
            rows, fill = as_rows(maps), repeat_along_rows(self._fill, maps)
            for row, off in zip(found, is_off, strict=True):
                changed = np.where(repeat_along_rows(off, maps), fill, rows)
                outputs = layer_outputs(self._tail, weights, changed.reshape(maps.shape))
                row[:] = outputs[self._tail[-1].name].argmax(axis=1) == labels
            return found

        batches = map_batches(
            right,
            *(self._images, self._labels),
            progress=lambda done: progress(done / self.images),
            size=IMAGES_AT_ONCE,
        )
        return np.concatenate(batches, axis=1)

    def accuracy(self, off: Collection[int]) -> float:
        """The accuracy in [0, 1] with those channels off."""
        return float(self.right([off]).mean())


def ablate(split: SplitNetwork, progress: Progress = no_progress, seed: int = 0) -> LayerAblation:
    """The accuracies with each channel off alone, then with more and more of them off.

    In order of importance, the least important first and the most important first, and in
    `NUM_DRAWS` random orders from `seed`. `progress` gets the share that is done.
    """
    count = split.channels
    first = (1 + count) / (1 + count * (3 + NUM_DRAWS))
    alone: list[Collection[int]] = [(channel,) for channel in range(count)]
    whole, *changed = split.right([(), *alone], lambda done: progress(first * done))
    lost = (whole & ~np.array(changed)).sum(axis=1)
    gained = (~whole & np.array(changed)).sum(axis=1)

    least_first = np.argsort(lost - gained, kind="stable")
    generator = np.random.default_rng(seed)
    orders = [least_first, least_first[::-1]]
    orders += [generator.permutation(count) for _ in range(NUM_DRAWS)]
    offs = [order[:number].tolist() for order in orders for number in range(1, count + 1)]
    right = split.right(offs, lambda done: progress(first + (1 - first) * done))
    curves = np.full((len(orders), count + 1), whole.mean())
    curves[:, 1:] = right.mean(axis=1).reshape(len(orders), count)
    return LayerAblation(
        layer=split.layer,
        replacement=split.replacement,
        images=split.images,
        lost=lost,
        gained=gained,
        order=least_first,
        least_first=curves[0],
        most_first=curves[1],
        random=curves[2:],
    )
