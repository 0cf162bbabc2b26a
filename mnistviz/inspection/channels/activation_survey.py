"""What activates every channel on many images: highest values, share of active places."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.core.types.inspection import ActivationSurvey
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.inspection.layer_outputs import BATCH_SIZE, convolutions, image_batches, layer_outputs

# Images that are listed for each channel, those with the highest values.
NUM_TOP = 12


@dataclass(frozen=True)
class _ImageValues:
    """The reduced maps of one layer on all images: (images, channels) each."""

    largest: FloatArray
    place: NDArray[np.int32]
    num_active: FloatArray
    total: FloatArray


def survey(
    network: keras.Sequential,
    images: ByteArray,
    labels: ByteArray,
    progress: Progress = no_progress,
) -> dict[str, ActivationSurvey]:
    """The survey of every convolution on images `(n, 28, 28)` uint8 with labels `(n,)`.

    Values are those after the ReLU. The last layer has none: its logits count as active above 0.
    `progress` gets the number of images that are done.
    """
    layers = convolutions(network)

    def reduce_layers(values: tf.Tensor) -> list[tuple[tf.Tensor, ...]]:
        outputs = layer_outputs(network.layers[:-1], values)
        return [_reduce_places(outputs[layer.name]) for layer in layers]

    reduce_all = tf.function(reduce_layers, reduce_retracing=True)
    parts: list[list[tuple[tf.Tensor, ...]]] = [
        reduce_all(batch) for batch in image_batches(images, BATCH_SIZE, progress)
    ]
    surveys = {}
    for index, layer in enumerate(layers):
        arrays = (np.concatenate([part[index][n].numpy() for part in parts]) for n in range(4))
        height, width = layer.output.shape[1:3]
        surveys[layer.name] = _summary(_ImageValues(*arrays), labels, int(height), int(width))
    return surveys


def _reduce_places(maps: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Maps (n, height, width, channels) reduced over all places, as `_ImageValues` has them."""
    flat = tf.reshape(maps, (tf.shape(maps)[0], -1, maps.shape[3]))
    return (
        tf.reduce_max(flat, 1),
        tf.argmax(flat, 1, output_type=tf.int32),
        tf.reduce_sum(tf.cast(flat > 0, tf.float32), 1),
        tf.reduce_sum(flat, 1),
    )


def _summary(values: _ImageValues, labels: ByteArray, height: int, width: int) -> ActivationSurvey:
    places = height * width
    top = np.argsort(-values.largest, axis=0, kind="stable")[:NUM_TOP]
    is_digit = (np.arange(NUM_CLASSES)[:, np.newaxis] == labels).astype(np.float64)
    counts = np.maximum(is_digit.sum(axis=1), 1)[:, np.newaxis]
    at = np.take_along_axis(values.place, top, axis=0)
    return ActivationSurvey(
        top_images=top.astype(np.int32),
        top_values=np.take_along_axis(values.largest, top, axis=0),
        top_places=np.stack(np.divmod(at, width), axis=-1).astype(np.int32),
        active_images=((is_digit @ (values.largest > 0)) / counts).astype(np.float32),
        active_places=(values.num_active.mean(axis=0, dtype=np.float64) / places).astype(
            np.float32
        ),
        mean_by_digit=((is_digit @ values.total) / (counts * places)).astype(np.float32),
        largest=values.largest.max(axis=0),
    )
