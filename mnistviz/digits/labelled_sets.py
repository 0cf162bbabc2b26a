"""A set of labelled images, and its creation from arrays of other dtypes and shapes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import DIGIT_NAMES, IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import DataError
from mnistviz.core.types.arrays import ByteArray


@dataclass(frozen=True)
class LabelledSet:
    """Images `(n, 28, 28)` uint8, 0 = paper, 255 = ink; labels `(n,)` uint8; n ≥ 1.

    Labels are the numbers of the classes, from 0. `description` is a sentence: what was read, and
    how it was processed.
    """

    name: str
    images: ByteArray
    labels: ByteArray
    description: str = ""
    class_names: tuple[str, ...] = DIGIT_NAMES


def labelled_set_of(
    name: str, images: NDArray[Any], labels: NDArray[Any], source: str
) -> LabelledSet:
    """Return the set of images and labels; `source` names the arrays in its description.

    Images are `(n, 28, 28)`, `(n, 28, 28, 1)` or `(n, 784)` of any numeric dtype, in [0, 255] or,
    as floats, in [0, 1]; labels `(n,)`, 0 to 9. Raises `DataError` for others.
    """
    pixels = _to_pixels(name, images)
    if labels.shape != (len(pixels),):
        raise DataError(
            f"{name}: expected a label for each of {len(pixels):,} images, got labels of shape "
            f"{labels.shape}; give the labels that belong to these images"
        )
    if not len(pixels):
        raise DataError(f"{name}: expected at least one image, got none; choose another file")
    digits = _to_digits(name, labels)
    return LabelledSet(name, pixels, digits, f"{len(pixels):,} images as they are: {source}.")


def _to_pixels(name: str, images: NDArray[Any]) -> ByteArray:
    size = (IMAGE_SIZE, IMAGE_SIZE)
    shape = images.shape
    if shape[1:] not in (size, (*size, 1), (IMAGE_SIZE**2,)):
        raise DataError(
            f"{name}: expected images of 28×28 pixels, shape (n, 28, 28), got shape {shape}; "
            "bring them to 28×28 or give them as pictures in folders named 0 to 9"
        )
    images = images.reshape(-1, *size)
    if images.dtype == np.uint8 or not images.size:
        return images.astype(np.uint8, copy=False)
    minimum, maximum = images.min(), images.max()
    # NaN fails both comparisons.
    if not (minimum >= 0 and maximum <= 255):
        raise DataError(
            f"{name}: expected pixels from 0, paper, to 255, ink, or to 1, got {minimum} to "
            f"{maximum}; scale them"
        )
    if images.dtype.kind in "bf" and maximum <= 1:
        return np.round(images.astype(np.float64) * 255).astype(np.uint8)
    return np.round(images).astype(np.uint8)


def _to_digits(name: str, labels: NDArray[Any]) -> ByteArray:
    valid = (labels >= 0) & (labels < NUM_CLASSES) & (labels == np.floor(labels))
    if labels.dtype.kind == "b" or not valid.all():
        invalid = labels if labels.dtype.kind == "b" else labels[~valid]
        raise DataError(
            f"{name}: expected labels from 0 to 9, got {invalid[0]} in {len(invalid):,} of "
            f"{len(labels):,}; leave out what is no digit"
        )
    return labels.astype(np.uint8)
