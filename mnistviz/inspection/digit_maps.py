"""Maps of digits: images that a network has similar features for lie close together. NumPy only.

`mnistviz.inspection.embedding` computes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.runs.result_cache import ResultCache, array_codec, dataclass_codec

# A new image is placed on a t-SNE map between so many neighbours.
NUM_NEIGHBOURS = 10


@dataclass(frozen=True)
class DigitMap:
    """Images by the network's last hidden features, along their principal axes.

    `places` is (images, axes) float32, the largest variance first; `mean` (features,) and
    `axes` (features, axes) float32 are what brings another image's features there. `shares` (axes,)
    are the parts of the variance, `answers` (images,) uint8 the digits that the network predicts.
    """

    places: FloatArray
    mean: FloatArray
    axes: FloatArray
    shares: FloatArray
    answers: ByteArray

    def place(self, features: FloatArray) -> FloatArray:
        """The places `(n, axes)` float32 of features `(n, features)`."""
        places: FloatArray = ((features - self.mean) @ self.axes).astype(np.float32)
        return places


TEST_MAP = ResultCache("map", dataclass_codec(DigitMap))
TRAIN_MAP = ResultCache("train-map", dataclass_codec(DigitMap))
# The t-SNE map (10,000, 2) float32 of the test images.
TSNE_PLANE: ResultCache[FloatArray] = ResultCache("tsne", array_codec("plane"))


def nearest(place: FloatArray, places: FloatArray, count: int) -> NDArray[np.int64]:
    """Indices `(count,)` of the `places` (n, axes) nearest to `place` (axes,), nearest first."""
    distances = np.square(places - place).sum(axis=1)
    order: NDArray[np.int64] = np.argsort(distances, kind="stable")[:count]
    return order


def place_between(place: FloatArray, places: FloatArray, plane: FloatArray) -> FloatArray:
    """The point (2,) in a `plane` (n, 2) of an image that is not on it, by its place (axes,).

    The mean of its nearest neighbours' points, weighted by the inverse distance.
    """
    neighbours = nearest(place, places, NUM_NEIGHBOURS)
    distances = np.linalg.norm(places[neighbours] - place, axis=1)
    weights = 1 / np.maximum(distances, 1e-6)
    mean: FloatArray = (weights[:, np.newaxis] * plane[neighbours]).sum(axis=0) / weights.sum()
    return mean.astype(np.float32)
