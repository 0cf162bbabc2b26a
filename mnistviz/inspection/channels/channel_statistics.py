"""Mean, covariance and activity of a network's channels over many images."""

import numpy as np

from mnistviz.core.types.arrays import ByteArray, DoubleArray, IntArray, RealArray
from mnistviz.core.types.inspection import LayerStatistics
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.batches import map_batches
from mnistviz.network.network import Network

# One layer on one batch, float64: mean, products, largest and active, see `_reduce`.
_Batch = tuple[DoubleArray, ...]


def layer_statistics(
    network: Network, images: ByteArray, progress: Progress = no_progress
) -> dict[str, LayerStatistics]:
    """The statistics of every convolution with a ReLU, over images `(n, 28, 28)` and all places.

    `images` are uint8. `progress` gets the number of images that are done.
    """
    layers = network.spec.relu_convolutions

    def reduce_layers(batch: ByteArray) -> tuple[int, list[_Batch]]:
        outputs = network.outputs(batch)
        return len(batch), [_reduce(outputs[layer.name]) for layer in layers]

    counts, batches = zip(*map_batches(reduce_layers, images, progress=progress), strict=True)
    return {
        layer.name: _combined(list(parts), np.array(counts), int(np.prod(layer.output_shape[:2])))
        for layer, parts in zip(layers, zip(*batches, strict=True), strict=True)
    }


def _reduce(maps: RealArray) -> _Batch:
    """Mean (c,), centred products (c, c), largest (c,) and share above 0 (c,) of a batch's maps."""
    # A copy with the channels first: NumPy reduces the last axis fastest.
    flat = np.ascontiguousarray(maps.reshape(-1, maps.shape[3]).T)
    mean = flat.mean(axis=1)
    # Centred on the batch's mean, so that float32 products lose no digits by cancellation.
    centred = flat - mean[:, np.newaxis]
    active = np.count_nonzero(flat > 0, axis=1) / flat.shape[1]
    found = (mean, centred @ centred.T, flat.max(axis=1), active)
    return tuple(array.astype(np.float64) for array in found)


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
