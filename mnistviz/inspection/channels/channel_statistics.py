"""Mean, covariance and activity of a network's channels over many images."""

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.types.arrays import ByteArray, DoubleArray, IntArray
from mnistviz.core.types.inspection import LayerStatistics
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.inspection.layer_outputs import (
    BATCH_SIZE,
    IMAGES_SPEC,
    image_batches,
    layer_outputs,
    relu_convolutions,
)

# One layer on one batch, float64: mean, products, largest and active, see `_reduce`.
_Batch = tuple[DoubleArray, ...]


def layer_statistics(
    network: keras.Sequential, images: ByteArray, progress: Progress = no_progress
) -> dict[str, LayerStatistics]:
    """The statistics of every convolution with a ReLU, over images `(n, 28, 28)` and all places.

    `images` are uint8. `progress` gets the number of images that are done.
    """
    layers = relu_convolutions(network)

    def reduce_layers(values: tf.Tensor) -> list[tuple[tf.Tensor, ...]]:
        outputs = layer_outputs(network.layers[:-1], values)
        return [_reduce(outputs[layer.name]) for layer in layers]

    traced = tf.function(reduce_layers).get_concrete_function(IMAGES_SPEC)
    batches: list[list[_Batch]] = []
    counts: list[int] = []
    for batch in image_batches(images, BATCH_SIZE, progress):
        batches.append(
            [tuple(array.numpy().astype(np.float64) for array in one) for one in traced(batch)]
        )
        counts.append(len(batch))
    return {
        layer.name: _combined(
            [batch[index] for batch in batches],
            np.array(counts),
            int(np.prod(layer.output.shape[1:3])),
        )
        for index, layer in enumerate(layers)
    }


def _reduce(maps: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Mean (c,), centred products (c, c), largest (c,) and share above 0 (c,) of a batch's maps."""
    flat = tf.reshape(maps, (-1, maps.shape[3]))
    # Centred on the batch's mean, so that float32 products lose no digits by cancellation.
    mean = tf.reduce_mean(flat, 0)
    centred = flat - mean
    products = tf.matmul(centred, centred, transpose_a=True)
    active = tf.reduce_mean(tf.cast(flat > 0, tf.float32), 0)
    return mean, products, tf.reduce_max(flat, 0), active


def _combined(batches: list[_Batch], counts: IntArray, places: int) -> LayerStatistics:
    """The statistics of one layer over all batches (Chan, Golub and LeVeque 1979).

    `counts` are the images of each batch, `places` the positions of the layer's maps.
    """
    weights = counts / counts.sum()
    means = np.stack([batch[0] for batch in batches])
    products = np.sum([batch[1] for batch in batches], axis=0)
    mean = weights @ means
    centred = means - mean
    within = products / (counts.sum() * places)
    between = (centred * weights[:, np.newaxis]).T @ centred
    largest = np.max([batch[2] for batch in batches], axis=0)
    active = weights @ np.stack([batch[3] for batch in batches])
    return LayerStatistics(mean, largest, active, within + between)
