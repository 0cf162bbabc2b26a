"""Maps of digits: images for which a network has similar features lie close together.

The features of an image are the input of the layer that gives the scores. Principal component
analysis shows the plane with the largest variance, at once; t-SNE preserves neighbourhoods and
takes a minute.
"""

import contextlib
import io
import re

import numpy as np

from mnistviz.core.types.arrays import ByteArray, DoubleArray, FloatArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.data_sets.library import data_of
from mnistviz.inspection.digit_maps import TEST_MAP, DigitMap
from mnistviz.network.batches import map_batches
from mnistviz.network.network import Network, as_batch
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot

# Principal axes of a map: they have 85 % of the variance of a trained network, and more of them do
# not improve t-SNE.
NUM_AXES = 50

# Features that principal axes are computed from at once.
ROWS_AT_ONCE = 1_000

TSNE_ITERATIONS = 1000


def last_features(
    network: Network, images: FloatArray | ByteArray, progress: Progress = no_progress
) -> tuple[FloatArray, ByteArray]:
    """The input of the layer that gives the scores, and the answers, for images `(n, 28, 28)`.

    Images are as in `Network`. Features are (n, height · width · channels) float32, answers (n,)
    uint8. `progress` gets the number of images that are done.
    """
    layers = network.layers
    last = [layer.name for layer in layers].index(network.spec.scores_layer)

    def both(batch: FloatArray | ByteArray) -> tuple[FloatArray, ByteArray]:
        outputs = [as_batch(batch), *network.outputs(batch).values()]
        answers = outputs[-1].argmax(axis=1).astype(np.uint8)
        return outputs[last].reshape(len(batch), -1).astype(np.float32, copy=False), answers

    parts = map_batches(both, images, progress=progress)
    features, answers = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return features, answers


def digit_map(network: Network, images: ByteArray, progress: Progress = no_progress) -> DigitMap:
    """The map of images `(n, 28, 28)` uint8 along their principal axes (Pearson 1901).

    `progress` gets the number of images that are done.
    """
    features, answers = last_features(network, images, progress)
    mean, axes, shares = _principal_axes(features)
    return DigitMap(
        places=np.concatenate(map_batches(lambda part: (part - mean) @ axes, features)),
        mean=mean,
        axes=axes,
        shares=shares,
        answers=answers,
    )


def _principal_axes(features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean (c,), principal axes (c, axes) and their shares of the variance (axes,) of features.

    `features` is (n, c). The largest part of each axis is positive, so that maps can be compared.
    """
    mean = features.mean(axis=0, dtype=np.float64)

    def products(part: FloatArray) -> DoubleArray:
        centred = part - mean
        return np.asarray(centred.T @ centred)

    # In parts: float64 copies of all features would take much memory.
    variances, axes = np.linalg.eigh(sum(map_batches(products, features, size=ROWS_AT_ONCE)))
    largest = slice(None, -min(NUM_AXES, *features.shape) - 1, -1)
    total = variances.sum()
    shares = variances[largest] / total if total > 0 else np.zeros_like(variances[largest])
    axes = axes[:, largest]
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0))
    return mean.astype(np.float32), axes.astype(np.float32), shares.astype(np.float32)


def map_of_test_images(snapshot: Snapshot, network: Network | None = None) -> DigitMap:
    """The map of the 10,000 test images by a snapshot; computed once and stored.

    The snapshot is loaded unless `network` is given.
    """
    images = data_of(snapshot.run.spec.data).x_test
    return TEST_MAP.get(snapshot, lambda: digit_map(network or load(snapshot), images))


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
