"""Preferred inputs: an input that maximises a channel, from noise by gradient ascent.

Activation maximisation (Erhan, Bengio, Courville and Vincent 2009, "Visualizing higher-layer
features of a deep network") with the penalty on ink of Simonyan, Vedaldi and Zisserman (2013, "Deep
inside convolutional networks"), and the jitter and the penalty on edges that Olah, Mordvintsev and
Schubert (2017, "Feature visualization") recommend: without them, single pixels flicker.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import DoubleArray, RealArray
from mnistviz.core.types.inspection import PreferredInputs
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.inspection.image.receptive_field import size_and_stride
from mnistviz.network.batches import BATCH_SIZE, NUM_THREADS, map_batches
from mnistviz.network.layers import layer_gradients, layer_outputs
from mnistviz.network.network import Network

NUM_STEPS = 192
# The last steps have no jitter: the input that is shown is the one that was optimised.
NUM_STILL_STEPS = 64
STEP_SIZE = 0.05
START_INK = 0.2
# Penalties on ink and edges, beside a gradient of length 1 over the whole receptive field.
INK_PENALTY = 0.05
EDGE_PENALTY = 0.3
# The largest jitter in each direction, as a share of the input's size.
JITTER = 0.15
# Steps between two calls of the progress callback.
STEPS_PER_REPORT = 8
# Adam's decay rates of the gradient and of its square (Kingma and Ba 2015).
DECAY, SQUARE_DECAY = 0.9, 0.999


class ChannelGradients:
    """The values of one convolution and their gradients, safe to share between threads."""

    def __init__(self, network: Network, layer: str) -> None:
        self.layer = layer
        self.size = size_and_stride(network.spec, layer)[0]
        self._weights = network.weights
        number = [one.name for one in network.layers].index(layer)
        self._layers = (
            *network.layers[:number],
            replace(network.layers[number], activation="none"),
        )

    def values_and_gradients(
        self, images: RealArray, channels: NDArray[np.int32]
    ) -> tuple[RealArray, RealArray]:
        """The value `(n,)` of each image's own channel, and its gradient `(n, size, size)`.

        Values are those before the activation: a ReLU has no gradient where it is 0. An image
        `(n, size, size)` covers the receptive field of one value of the layer, the one in the
        middle where layers pad.
        """
        # Few images still use all threads.
        size = min(BATCH_SIZE, math.ceil(len(images) / NUM_THREADS))
        parts = map_batches(self._values_and_gradients, images, channels, size=size)
        values, gradients = zip(*parts, strict=True)
        return np.concatenate(values), np.concatenate(gradients)

    def _values_and_gradients(
        self, images: RealArray, channels: NDArray[np.int32]
    ) -> tuple[RealArray, RealArray]:
        inputs = images[..., np.newaxis].astype(np.float64)
        outputs = layer_outputs(self._layers, self._weights, inputs)
        maps = outputs[self.layer]
        chosen = np.zeros(maps.shape, np.float32)
        own = (np.arange(len(images)), maps.shape[1] // 2, maps.shape[2] // 2, channels)
        chosen[own] = 1
        gradients = layer_gradients(self._layers, self._weights, inputs, outputs, chosen)
        return maps[own], gradients["input"][..., 0]


def preferred_inputs(
    channel_gradients: ChannelGradients,
    channels: Sequence[int],
    progress: Progress = no_progress,
    seed: int = 0,
) -> PreferredInputs:
    """The preferred input of each of `channels`, of the size of the layer's receptive field.

    A channel has the same input alone and among others, up to rounding. `progress` gets the share
    that is done; an exception that it raises ends the search.
    """
    size, margin = channel_gradients.size, round(JITTER * channel_gradients.size)
    chosen = np.array(channels, np.int32)
    side = size + 2 * margin
    ink = np.stack(
        [np.random.default_rng([seed, one]).uniform(0, START_INK, (side, side)) for one in channels]
    )

    def window(picture: DoubleArray, row: int = margin, column: int = margin) -> DoubleArray:
        return picture[:, row : row + size, column : column + size]

    start_values, gradients = channel_gradients.values_and_gradients(window(ink), chosen)
    lengths = np.sqrt(np.square(gradients).sum(axis=(1, 2), keepdims=True))
    # A channel without a gradient does not respond to any input: its noise stays as it is.
    lengths[lengths == 0] = 1
    first, second = np.zeros_like(ink), np.zeros_like(ink)
    places = np.random.default_rng(seed).integers(0, 2 * margin + 1, (NUM_STEPS, 2))
    places[-NUM_STILL_STEPS:] = margin
    for number, (row, column) in enumerate(places.tolist(), 1):
        _, gradients = channel_gradients.values_and_gradients(window(ink, row, column), chosen)
        ascent = -penalty(ink, size)[1]
        window(ascent, row, column)[:] += gradients / lengths
        first += (1 - DECAY) * (ascent - first)
        second += (1 - SQUARE_DECAY) * (np.square(ascent) - second)
        scale = np.sqrt(second / (1 - SQUARE_DECAY**number))
        ink += STEP_SIZE * first / (1 - DECAY**number) / (scale + 1e-8)
        ink.clip(0, 1, out=ink)
        if number % STEPS_PER_REPORT == 0:
            progress(number / NUM_STEPS)
    images = window(ink).astype(np.float32)
    values, _ = channel_gradients.values_and_gradients(images, chosen)
    of_both = (each.astype(np.float32) for each in (values, start_values))
    return PreferredInputs(chosen, images, *of_both)


def penalty(ink: DoubleArray, size: int) -> tuple[DoubleArray, DoubleArray]:
    """The penalty `(n,)` of pictures `(n, side, side)` for a field of `size`, and its gradient.

    The weighted sum of squared ink and of squared differences between neighbours.
    """
    down, right = np.diff(ink, axis=1), np.diff(ink, axis=2)
    gradient = INK_PENALTY * ink
    gradient[:, 1:] += EDGE_PENALTY * down
    gradient[:, :-1] -= EDGE_PENALTY * down
    gradient[:, :, 1:] += EDGE_PENALTY * right
    gradient[:, :, :-1] -= EDGE_PENALTY * right
    squares = [np.square(part).sum(axis=(1, 2)) for part in (ink, down, right)]
    cost = (INK_PENALTY * squares[0] + EDGE_PENALTY * (squares[1] + squares[2])) / size
    return cost, 2 * gradient / size
