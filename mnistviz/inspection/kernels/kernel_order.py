"""Orders of the channels of a kernel, and kernels that are similar to a kernel."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage

from mnistviz.core.types.arrays import DoubleArray, FloatArray, IntArray

Order = Literal["index", "norm", "similarity"]


@dataclass(frozen=True)
class SimilarKernel:
    """A kernel, by its channels, and its cosine similarity to another, in [-1, 1]."""

    input: int
    output: int
    similarity: float


def order_of(kernel: FloatArray, by: Order) -> tuple[IntArray, IntArray]:
    """Orders of the input channels and of the output channels of (height, width, inputs, outputs).

    By norm, the strongest comes first. By similarity, channels are clustered by the
    angle between all their weights (average linkage) and the leaves of the tree ordered
    so that neighbours are as close as they can be (Bar-Joseph and others 2001).
    """
    return _order(_rows(kernel, 2), by), _order(_rows(kernel, 3), by)


def _rows(kernel: FloatArray, axis: int) -> DoubleArray:
    """All weights of each channel along an axis, as one row."""
    moved = np.moveaxis(kernel.astype(np.float64), axis, 0)
    return moved.reshape(kernel.shape[axis], -1)


def _order(rows: DoubleArray, by: Order) -> IntArray:
    if by == "norm":
        return np.argsort(-np.linalg.norm(rows, axis=1), kind="stable")
    if by == "similarity" and len(rows) > 2:
        tree = linkage(_units(rows), method="average", optimal_ordering=True)
        return np.asarray(leaves_list(tree), dtype=int)
    return np.arange(len(rows))


def _units(rows: DoubleArray) -> DoubleArray:
    """Rows of length 1; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units = np.zeros_like(rows)
    np.divide(rows, lengths, out=units, where=lengths > 0)
    return units


def most_similar_kernels(
    kernel: FloatArray, input_channel: int, output_channel: int, count: int
) -> list[SimilarKernel]:
    """The `count` kernels of a layer that are most similar to one, the most similar first.

    Two 1×1 kernels are always parallel: there, whole output channels are compared, by the weights
    of all their inputs.
    """
    single = kernel.shape[0] * kernel.shape[1] == 1
    grouped = kernel.reshape(1, -1, 1, kernel.shape[-1]) if single else kernel
    height, width, inputs, outputs = grouped.shape
    grouped_input = 0 if single else input_channel
    vectors = np.moveaxis(grouped.astype(np.float64), (2, 3), (0, 1))
    units = _units(vectors.reshape(inputs * outputs, height * width))
    own = grouped_input * outputs + output_channel
    similarities = np.clip(units @ units[own], -1, 1)
    ranked = np.argsort(-similarities, kind="stable")
    places = [int(place) for place in ranked if place != own][:count]
    return [
        SimilarKernel(
            input=input_channel if single else place // outputs,
            output=place % outputs,
            similarity=float(similarities[place]),
        )
        for place in places
    ]
