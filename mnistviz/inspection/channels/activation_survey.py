"""What every channel does on many images: what excites it most, how often it is active."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import ActivationSurvey
from mnistviz.digits.mnist import to_input

# Images that go through at once: more is slower, their maps no longer fit the cache.
BATCH_SIZE = 250

NUM_TOP = 12


@dataclass(frozen=True)
class _Found:
    """One layer on all images: (images, channels) each."""

    largest: FloatArray
    place: NDArray[np.int32]
    num_active: FloatArray
    total: FloatArray


def survey(
    network: keras.Sequential,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    progress: Callable[[int], object] = lambda done: None,
) -> dict[str, ActivationSurvey]:
    """Every convolution of a network on images `(n, 28, 28)` uint8 with labels `(n,)`.

    Values are those after the ReLU; the last layer has none, its scores count as active
    above 0. `progress` is told how many images are done.
    """
    layers = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]

    def reduce_layers(values: tf.Tensor) -> list[tuple[tf.Tensor, ...]]:
        found = []
        for layer in network.layers[:-1]:
            values = layer(values, training=False)
            if layer in layers:
                flat = tf.reshape(values, (tf.shape(values)[0], -1, values.shape[3]))
                found.append(
                    (
                        tf.reduce_max(flat, 1),
                        tf.argmax(flat, 1, output_type=tf.int32),
                        tf.reduce_sum(tf.cast(flat > 0, tf.float32), 1),
                        tf.reduce_sum(flat, 1),
                    )
                )
        return found

    reduce_all = tf.function(reduce_layers, reduce_retracing=True)
    parts: list[list[tuple[tf.Tensor, ...]]] = []
    for start in range(0, len(images), BATCH_SIZE):
        batch = to_input(images[start : start + BATCH_SIZE])[..., np.newaxis]
        parts.append(reduce_all(tf.constant(batch)))
        progress(start + len(batch))
    surveys = {}
    for index, layer in enumerate(layers):
        arrays = (np.concatenate([part[index][n].numpy() for part in parts]) for n in range(4))
        height, width = layer.output.shape[1:3]
        surveys[layer.name] = _summary(_Found(*arrays), labels, int(height), int(width))
    return surveys


def _summary(found: _Found, labels: NDArray[np.uint8], height: int, width: int) -> ActivationSurvey:
    places = height * width
    top = np.argsort(-found.largest, axis=0, kind="stable")[:NUM_TOP]
    is_digit = (np.arange(NUM_CLASSES)[:, np.newaxis] == labels).astype(np.float64)
    counts = np.maximum(is_digit.sum(axis=1), 1)[:, np.newaxis]
    at = np.take_along_axis(found.place, top, axis=0)
    return ActivationSurvey(
        top_images=top.astype(np.int32),
        top_values=np.take_along_axis(found.largest, top, axis=0),
        top_places=np.stack(np.divmod(at, width), axis=-1).astype(np.int32),
        active_images=((is_digit @ (found.largest > 0)) / counts).astype(np.float32),
        active_places=(found.num_active.mean(axis=0, dtype=np.float64) / places).astype(np.float32),
        mean_by_digit=((is_digit @ found.total) / (counts * places)).astype(np.float32),
        largest=found.largest.max(axis=0),
    )
