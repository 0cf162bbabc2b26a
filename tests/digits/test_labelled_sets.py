"""Arrays of other dtypes and shapes as a labelled set."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mnistviz.core.errors import DataError
from mnistviz.digits.labelled_sets import labelled_set_of
from mnistviz.digits.mnist import load_mnist, to_input

IMAGES, LABELS = load_mnist().x_test[:30], load_mnist().y_test[:30]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (IMAGES, LABELS),
        (IMAGES[..., np.newaxis], LABELS.astype(np.int64)),
        (IMAGES.reshape(-1, 784), LABELS.astype(np.float32)),
        (to_input(IMAGES), LABELS),
        (IMAGES.astype(np.float64), LABELS),
    ],
    ids=["uint8", "channel axis", "flat", "unit range", "float"],
)
def test_images_and_labels_become_uint8(images: NDArray[Any], labels: NDArray[Any]) -> None:
    labelled = labelled_set_of("mine", images, labels, "x and y of a.npz")
    np.testing.assert_array_equal(labelled.images, IMAGES)
    np.testing.assert_array_equal(labelled.labels, LABELS)
    assert labelled.images.dtype == labelled.labels.dtype == np.uint8
    assert labelled.description == "30 images as they are: x and y of a.npz."


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (
            IMAGES,
            LABELS[:29],
            "expected a label for each of 30 images, got labels of shape (29,); give the labels "
            "that belong to these images",
        ),
        (
            IMAGES,
            LABELS + 1,
            f"expected labels from 0 to 9, got 10 in {(LABELS == 9).sum()} of 30; leave out what "
            "is no digit",
        ),
        (
            IMAGES,
            np.full(30, 0.5),
            "expected labels from 0 to 9, got 0.5 in 30 of 30; leave out what is no digit",
        ),
        (
            IMAGES[:, :27],
            LABELS,
            "expected images of 28×28 pixels, shape (n, 28, 28), got shape (30, 27, 28); bring "
            "them to 28×28 or give them as pictures in folders named 0 to 9",
        ),
        (
            IMAGES.astype(int) * 2,
            LABELS,
            "expected pixels from 0, paper, to 255, ink, or to 1, got 0 to 510; scale them",
        ),
        (
            np.full((1, 28, 28), np.nan),
            LABELS[:1],
            "expected pixels from 0, paper, to 255, ink, or to 1, got nan to nan; scale them",
        ),
        (IMAGES[:0], LABELS[:0], "expected at least one image, got none; choose another file"),
    ],
)
def test_invalid_arrays_raise_an_error(
    images: NDArray[Any], labels: NDArray[Any], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        labelled_set_of("mine", images, labels, "x and y of a.npz")
    assert str(caught.value) == f"mine: {message}"
