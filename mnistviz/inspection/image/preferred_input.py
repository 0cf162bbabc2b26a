"""What a channel would like best: an input made for it, out of noise, by climbing a gradient.

Activation maximisation (Erhan, Bengio, Courville and Vincent 2009, "Visualizing higher-layer
features of a deep network") with the penalty on ink of Simonyan, Vedaldi and Zisserman (2013, "Deep
inside convolutional networks"), and the jitter and the penalty on edges that Olah, Mordvintsev and
Schubert (2017, "Feature visualization") recommend: without them, single pixels flicker.
"""

import threading
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import PreferredInputs
from mnistviz.inspection.image.receptive_field import size_and_stride

Exact = NDArray[np.float64]

NUM_STEPS = 192
# The last steps look at one place: what is shown is what was climbed to.
NUM_STILL_STEPS = 64
STEP_SIZE = 0.05
START_INK = 0.2
# What ink and edges cost, beside a slope of length 1 that is spread over the whole field.
INK_PENALTY = 0.05
EDGE_PENALTY = 0.3
# How far the input is pushed about while it is looked at, as a share of its size.
JITTER = 0.15
# How often those who wait are told.
STEPS_PER_WORD = 8
# Adam's memory of slopes and of their squares (Kingma and Ba 2015).
MEMORY, SQUARE_MEMORY = 0.9, 0.999


class Climber:
    """One convolution of a network, ready to say what raises its values. Safe between threads."""

    def __init__(self, network: keras.Sequential, model: ModelSpec, layer: str) -> None:
        self.layer = layer
        self.size = size_and_stride(model, layer)[0]
        self._network = network
        self._lock = threading.Lock()
        self._values = tf.function(self._values_and_slopes).get_concrete_function(
            tf.TensorSpec((None, self.size, self.size), tf.float32),
            tf.TensorSpec((None,), tf.int32),
        )

    def values_and_slopes(
        self, images: NDArray[np.floating], channels: NDArray[np.int32]
    ) -> tuple[FloatArray, FloatArray]:
        """Of each image `(n, size, size)`, what its own channel `(n,)` makes of it, and the slope.

        Values `(n,)` are those before the ReLU, which has no slope where it is 0. An image is
        exactly what one value of the layer sees; slopes are (n, size, size), all float32.
        """
        with self._lock:
            values, slopes = self._values(tf.constant(images, tf.float32), tf.constant(channels))
        return values.numpy(), slopes.numpy()

    def _values_and_slopes(
        self, images: tf.Tensor, channels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            maps = images[..., tf.newaxis]
            for layer in self._network.layers:
                if layer.name == self.layer:
                    maps = tf.nn.conv2d(maps, layer.kernel, 1, "VALID") + layer.bias
                    break
                maps = layer(maps, training=False)
            values = tf.gather(maps[:, 0, 0, :], channels, axis=1, batch_dims=1)
        return values, tape.gradient(values, images)


def preferred_inputs(
    climber: Climber,
    channels: Sequence[int],
    progress: Callable[[float], object] = lambda share: None,
    seed: int = 0,
) -> PreferredInputs:
    """What each of `channels` likes best, as large as what one value of its layer sees.

    A channel has the same input alone and among others, up to rounding. `progress` is told
    the share that is done; what it raises ends the work.
    """
    size, margin = climber.size, round(JITTER * climber.size)
    chosen = np.array(channels, np.int32)
    side = size + 2 * margin
    ink = np.stack(
        [np.random.default_rng([seed, one]).uniform(0, START_INK, (side, side)) for one in channels]
    )

    def seen(picture: Exact, row: int = margin, column: int = margin) -> Exact:
        return picture[:, row : row + size, column : column + size]

    start_values, slopes = climber.values_and_slopes(seen(ink), chosen)
    lengths = np.sqrt(np.square(slopes, dtype=np.float64).sum(axis=(1, 2), keepdims=True))
    # Where nothing has a slope, nothing is climbed: the channel answers to no input.
    lengths[lengths == 0] = 1
    first, second = np.zeros_like(ink), np.zeros_like(ink)
    places = np.random.default_rng(seed).integers(0, 2 * margin + 1, (NUM_STEPS, 2))
    places[-NUM_STILL_STEPS:] = margin
    for number, (row, column) in enumerate(places.tolist(), 1):
        _, slopes = climber.values_and_slopes(seen(ink, row, column), chosen)
        slope = -penalty(ink, size)[1]
        seen(slope, row, column)[:] += slopes / lengths
        first += (1 - MEMORY) * (slope - first)
        second += (1 - SQUARE_MEMORY) * (np.square(slope) - second)
        usual = np.sqrt(second / (1 - SQUARE_MEMORY**number))
        ink += STEP_SIZE * first / (1 - MEMORY**number) / (usual + 1e-8)
        ink.clip(0, 1, out=ink)
        if number % STEPS_PER_WORD == 0:
            progress(number / NUM_STEPS)
    images = seen(ink).astype(np.float32)
    values, _ = climber.values_and_slopes(images, chosen)
    return PreferredInputs(chosen, images, values, start_values)


def penalty(ink: Exact, size: int) -> tuple[Exact, Exact]:
    """What pictures `(n, side, side)` cost for a field of `size`: (n,), and its slope.

    The sum of squared ink, and of squared differences between neighbours.
    """
    down, right = np.diff(ink, axis=1), np.diff(ink, axis=2)
    slope = INK_PENALTY * ink
    slope[:, 1:] += EDGE_PENALTY * down
    slope[:, :-1] -= EDGE_PENALTY * down
    slope[:, :, 1:] += EDGE_PENALTY * right
    slope[:, :, :-1] -= EDGE_PENALTY * right
    squares = [np.square(part).sum(axis=(1, 2)) for part in (ink, down, right)]
    cost = (INK_PENALTY * squares[0] + EDGE_PENALTY * (squares[1] + squares[2])) / size
    return cost, 2 * slope / size
