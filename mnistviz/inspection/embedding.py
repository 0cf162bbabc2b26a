"""Maps of digits: images for which a network has similar features lie close together.

The features of an image are the input of the last convolution. Principal component analysis shows
the plane with the largest variance, at once; t-SNE preserves neighbourhoods and takes a minute.
"""

import contextlib
import io
import re

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.digit_maps import TEST_MAP, DigitMap
from mnistviz.inspection.layer_outputs import IMAGES_SPEC, convolutions, last_output, layer_outputs
from mnistviz.network.model import BATCH_SIZE
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot

# Principal axes of a map: they have 85 % of the variance of a trained network, and more of them do
# not improve t-SNE.
NUM_AXES = 50

TSNE_ITERATIONS = 1000


def last_features(
    network: keras.Sequential, images: FloatArray, progress: Progress = no_progress
) -> tuple[FloatArray, ByteArray]:
    """The input of the last convolution, and the answers, for images `(n, 28, 28)` in [0, 1].

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
    network: keras.Sequential, images: ByteArray, progress: Progress = no_progress
) -> DigitMap:
    """The map of images `(n, 28, 28)` uint8 along their principal axes (Pearson 1901).

    `progress` gets the number of images that are done.
    """
    # Imported here: it takes 0.2 s, and placing one image on a stored map needs none of it.
    from sklearn.decomposition import PCA

    features, answers = last_features(network, to_input(images), progress)
    # Its sign convention makes the largest part of each axis positive: maps can be compared.
    pca = PCA(min(NUM_AXES, len(features)), svd_solver="covariance_eigh")
    with np.errstate(invalid="ignore"):
        # Without any variance the shares are NaN.
        pca.fit(features.astype(np.float64))
    return DigitMap(
        places=((features - pca.mean_) @ pca.components_.T).astype(np.float32),
        mean=pca.mean_.astype(np.float32),
        axes=pca.components_.T.astype(np.float32),
        shares=np.nan_to_num(pca.explained_variance_ratio_).astype(np.float32),
        answers=answers,
    )


def map_of_test_images(snapshot: Snapshot, network: keras.Sequential | None = None) -> DigitMap:
    """The map of the 10,000 test images by a snapshot; computed once and stored.

    The snapshot is loaded unless `network` is given.
    """
    return TEST_MAP.get(snapshot, lambda: digit_map(network or load(snapshot), load_mnist().x_test))


def tsne(
    places: FloatArray, progress: Progress = no_progress, iterations: int = TSNE_ITERATIONS
) -> FloatArray:
    """The t-SNE map (van der Maaten and Hinton 2008) of places (n, axes): (n, 2) float32.

    `progress` gets the share that is done; an exception that it raises ends the work. Standard
    output is redirected meanwhile, see `_PrintedIterations`: call it in a process of its own.
    """
    from sklearn.manifold import TSNE

    model = TSNE(init="pca", random_state=0, max_iter=iterations, verbose=2)
    with contextlib.redirect_stdout(_PrintedIterations(lambda done: progress(done / iterations))):
        plane = model.fit_transform(places)
    return np.asarray(plane, np.float32)


class _PrintedIterations(io.StringIO):
    """A workaround: standard output that reads TSNE's progress from the lines that it prints.

    TSNE of scikit-learn 1.9 has no callback and prints `Iteration 50: …` where `verbose` is 2.
    `test_the_progress_workaround_is_needed` fails when it has callbacks.
    """

    def __init__(self, report: Progress) -> None:
        super().__init__()
        self._report = report

    def write(self, text: str) -> int:
        if iteration := re.search(r"Iteration (\d+)", text):
            self._report(int(iteration[1]))
        return len(text)
