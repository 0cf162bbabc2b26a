"""A map of digits: images that the network describes alike lie close together.

The network's own description of an image is its last hidden features, what goes into the last
convolution. Principal axes show the plane in which they differ most, at once; t-SNE bends the map
so that neighbours stay neighbours, and takes a minute.
"""

import contextlib
import io
import re
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.digit_maps import TEST_MAP, DigitMap
from mnistviz.inspection.layer_outputs import (
    IMAGES_SPEC,
    convolutions,
    last_output,
    layer_outputs,
)
from mnistviz.network.model import BATCH_SIZE
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot

# Axes that are kept: they hold 85 % of the variance of a trained network, and t-SNE gains nothing
# from more.
NUM_AXES = 50

TSNE_ITERATIONS = 1000


def last_features(
    network: keras.Sequential,
    images: FloatArray,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[FloatArray, NDArray[np.uint8]]:
    """What goes into the last convolution, and the answer, for images `(n, 28, 28)` in [0, 1].

    Features are (n, height · width · channels) float32, answers (n,) uint8.
    """
    layers = network.layers
    last = layers.index(convolutions(network)[-1])

    def both(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        features = last_output({"input": values, **layer_outputs(layers[:last], values)})
        logits = last_output(layer_outputs(layers[last:-1], features))
        return tf.reshape(features, (tf.shape(features)[0], -1)), tf.argmax(logits, 1)

    # Tracing takes longer than one batch.
    if len(images) > BATCH_SIZE:
        both = tf.function(both).get_concrete_function(IMAGES_SPEC)
    batches = []
    for start in range(0, len(images), BATCH_SIZE):
        batch = images[start : start + BATCH_SIZE]
        batches.append([array.numpy() for array in both(tf.constant(batch[..., np.newaxis]))])
        progress(start + len(batch))
    features, answers = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return features, answers.astype(np.uint8)


def digit_map(
    network: keras.Sequential,
    images: NDArray[np.uint8],
    progress: Callable[[int], None] = lambda done: None,
) -> DigitMap:
    """The map of images `(n, 28, 28)` uint8 along their principal axes (Pearson 1901)."""
    features, answers = last_features(network, to_input(images), progress)
    mean = features.mean(axis=0, dtype=np.float64)
    centred = features - mean
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    axes = axes[:, ::-1][:, :NUM_AXES]
    # An axis has no direction of its own: its largest part points up, so that maps can be compared.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    shares = variances[::-1][:NUM_AXES].clip(0) / max(float(variances.sum()), 1e-30)
    return DigitMap(
        places=(centred @ axes).astype(np.float32),
        mean=mean.astype(np.float32),
        axes=axes.astype(np.float32),
        shares=shares.astype(np.float32),
        answers=answers,
    )


def map_of_test_images(snapshot: Snapshot, network: keras.Sequential | None = None) -> DigitMap:
    """The map of the 10,000 test images by a snapshot; computed once and stored.

    The snapshot is loaded unless `network` is given.
    """
    return TEST_MAP.get(snapshot, lambda: digit_map(network or load(snapshot), load_mnist().x_test))


def tsne(
    places: FloatArray,
    progress: Callable[[float], None] = lambda share: None,
    iterations: int = TSNE_ITERATIONS,
) -> FloatArray:
    """A plane in which neighbours stay neighbours (van der Maaten and Hinton 2008): (n, 2) float32.

    `progress` is told what share is done; what it raises ends the work. scikit-learn tells
    it on standard output alone, which is taken over meanwhile: for a process of its own.
    """
    from sklearn.manifold import TSNE

    with contextlib.redirect_stdout(_Listener(lambda done: progress(done / iterations))):
        found = TSNE(init="pca", random_state=0, max_iter=iterations, verbose=2).fit_transform(
            places
        )
    return np.asarray(found, np.float32)


class _Listener(io.StringIO):
    """Standard output that hears how far scikit-learn is and says nothing."""

    def __init__(self, heard: Callable[[int], None]) -> None:
        super().__init__()
        self._heard = heard

    def write(self, text: str) -> int:
        if found := re.search(r"Iteration (\d+)", text):
            self._heard(int(found[1]))
        return len(text)
