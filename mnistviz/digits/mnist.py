"""The bundled MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0)."""

import dataclasses
import functools
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.assets import ASSETS
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.errors import DataError
from mnistviz.core.types.arrays import ByteArray, FloatArray, IntArray

MNIST_FILE = ASSETS / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"


@dataclass(frozen=True)
class Mnist:
    """Images `(n, 28, 28)` uint8, 0 = paper, 255 = ink; labels `(n,)` uint8, 0 to 9.

    A data set of one's own has this form, too, with the numbers of its classes as labels.
    """

    x_train: ByteArray
    y_train: ByteArray
    x_test: ByteArray
    y_test: ByteArray

    def with_training_images(self, images: ByteArray, labels: ByteArray, place: int) -> Self:
        """Return the set with training images `(n, 28, 28)` inserted before the index `place`."""
        return dataclasses.replace(
            self,
            x_train=np.insert(self.x_train, place, images, axis=0),
            y_train=np.insert(self.y_train, place, labels),
        )

    def class_counts(self) -> NDArray[np.int64]:
        """Return the number of images of each class, `(2, 10)` int64: training set, test set."""
        sets = (self.y_train, self.y_test)
        return np.stack([np.bincount(labels, minlength=NUM_CLASSES) for labels in sets])


@functools.cache
def load_mnist(path: Path = MNIST_FILE, sha256: str = MNIST_SHA256) -> Mnist:
    """Return MNIST, read once a process; the arrays are read-only.

    Raises `DataError` if the file is missing or its SHA-256 differs.
    """
    remedy = "Bring it back with: git checkout -- mnistviz/assets/mnist.npz"
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"{path.name}: the bundled MNIST can't be read ({reason}). {remedy}"
        ) from None
    if (actual := hashlib.sha256(raw).hexdigest()) != sha256:
        raise DataError(
            f"{path.name}: expected the bundled MNIST with SHA-256 {sha256[:12]}…, found "
            f"{len(raw):,} bytes with {actual[:12]}…. {remedy}"
        )
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        mnist = Mnist(*(arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")))
    for array in (mnist.x_train, mnist.y_train, mnist.x_test, mnist.y_test):
        array.flags.writeable = False
    return mnist


def watched_digits(labels: ByteArray, num_classes: int = NUM_CLASSES) -> NDArray[np.int64]:
    """Return the indices of two digits of each class, which are classified during a training.

    Takes labels `(n,)`; the indices are grouped by class. A class with one image has it once.
    """
    return np.concatenate([np.flatnonzero(labels == digit)[:2] for digit in range(num_classes)])


def balanced(labels: ByteArray, per_class: int, num_classes: int = NUM_CLASSES) -> IntArray:
    """Return the sorted indices of the first `per_class` images of each class."""
    first = [np.flatnonzero(labels == digit)[:per_class] for digit in range(num_classes)]
    return np.sort(np.concatenate(first))


def to_input(images: ByteArray) -> FloatArray:
    """Convert uint8 images of any shape to the input of the network, float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)
