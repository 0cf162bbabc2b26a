"""How the channels of a network vary together over many images: means and covariances."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.inspection import LayerStatistics
from mnistviz.digits.mnist import to_input
from mnistviz.inspection.channels.activation_survey import BATCH_SIZE


def layer_statistics(
    network: keras.Sequential,
    images: NDArray[np.uint8],
    progress: Callable[[int], object] = lambda done: None,
) -> dict[str, LayerStatistics]:
    """Of every convolution with a ReLU, on images `(n, 28, 28)` uint8 and at all places.

    `progress` is told how many images are done.
    """
    layers = [
        layer
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2D) and layer.activation is keras.activations.relu
    ]

    def reduce_layers(values: tf.Tensor) -> list[tuple[tf.Tensor, ...]]:
        found = []
        for layer in network.layers[: network.layers.index(layers[-1]) + 1]:
            values = layer(values, training=False)
            if layer in layers:
                flat = tf.reshape(values, (-1, values.shape[3]))
                # Products of a batch in float32, around its mean: nothing cancels out.
                mean = tf.reduce_mean(flat, 0)
                centred = flat - mean
                products = tf.matmul(centred, centred, transpose_a=True)
                active = tf.reduce_mean(tf.cast(flat > 0, tf.float32), 0)
                found.append((mean, products, tf.reduce_max(flat, 0), active))
        return found

    traced = tf.function(reduce_layers).get_concrete_function(
        tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)
    )
    parts: list[list[tuple[NDArray[np.float64], ...]]] = []
    counts: list[int] = []
    for start in range(0, len(images), BATCH_SIZE):
        batch = to_input(images[start : start + BATCH_SIZE])[..., np.newaxis]
        parts.append(
            [
                tuple(array.numpy().astype(np.float64) for array in of_layer)
                for of_layer in traced(tf.constant(batch))
            ]
        )
        counts.append(len(batch))
        progress(start + len(batch))
    weights = np.array(counts) / sum(counts)
    found = {}
    for index, layer in enumerate(layers):
        means = np.stack([part[index][0] for part in parts])
        products = np.sum([part[index][1] for part in parts], axis=0)
        mean = weights @ means
        places = int(np.prod(layer.output.shape[1:3]))
        apart = means - mean
        # Within the batches and between them (Chan, Golub and LeVeque 1979).
        within = products / (sum(counts) * places)
        between = (apart * weights[:, np.newaxis]).T @ apart
        largest = np.max([part[index][2] for part in parts], axis=0)
        active = weights @ np.stack([part[index][3] for part in parts])
        found[layer.name] = LayerStatistics(mean, largest, active, within + between)
    return found
