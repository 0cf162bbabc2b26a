"""The highest values of every channel on many images, and its share of active places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import ByteArray, FloatArray, RealArray
from mnistviz.core.types.inspection import ActivationSurvey
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.batches import map_batches
from mnistviz.network.network import Network

# Images that are listed for each channel, those with the highest values.
NUM_TOP = 12


@dataclass(frozen=True)
class _ImageValues:
    """The reduced maps of one layer on all images: (images, channels) each."""

    largest: FloatArray
    place: NDArray[np.intp]
    num_active: NDArray[np.intp]
    total: FloatArray


def survey(
    network: Network,
    images: ByteArray,
    labels: ByteArray,
    progress: Progress = no_progress,
) -> dict[str, ActivationSurvey]:
    """The survey of every convolution on images `(n, 28, 28)` uint8 with labels `(n,)`.

    Values are those after the ReLU. The last layer has none: its logits count as active above 0.
    `progress` gets the number of images that are done.
    """
    layers = network.spec.convolutions

    def reduce_layers(batch: ByteArray) -> list[tuple[NDArray[np.generic], ...]]:
        outputs = network.outputs(batch)
        return [_reduce_places(outputs[layer.name]) for layer in layers]

    batches = map_batches(reduce_layers, images, progress=progress)
    surveys = {}
    for layer, parts in zip(layers, zip(*batches, strict=True), strict=True):
        values = _ImageValues(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
        height, width = layer.output_shape[:2]
        surveys[layer.name] = _summary(values, labels, (height, width), network.spec.num_classes)
    return surveys


def _reduce_places(maps: RealArray) -> tuple[NDArray[np.generic], ...]:
    """Maps (n, height, width, channels) reduced over all places, as `_ImageValues` has them."""
    # A copy with the places last: NumPy reduces the last axis fastest.
    flat = np.ascontiguousarray(maps.reshape(len(maps), -1, maps.shape[3]).swapaxes(1, 2))
    place = flat.argmax(axis=2)
    largest = np.take_along_axis(flat, place[..., np.newaxis], axis=2)[..., 0]
    return largest, place, np.count_nonzero(flat > 0, axis=2), flat.sum(axis=2)


def _summary(
    values: _ImageValues, labels: ByteArray, places_of: tuple[int, int], num_classes: int
) -> ActivationSurvey:
    height, width = places_of
    places = height * width
    top = np.argsort(-values.largest, axis=0, kind="stable")[:NUM_TOP]
    is_digit = (np.arange(num_classes)[:, np.newaxis] == labels).astype(np.float64)
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
