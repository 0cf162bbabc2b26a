"""The data of a training script: images beside MNIST or a data set, soft labels, first weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import Mnist
from mnistviz.digits.soft_labels import stored_soft_labels
from mnistviz.digits.synthetic_digits import with_pen_digits
from mnistviz.digits.tablet_digits import with_tablet_digits
from mnistviz.runs import fine_tune_set, snapshots
from mnistviz.runs.registry import Run


@dataclass(frozen=True)
class Beside:
    """The files beside a script: their names, empty where there is none.

    Attributes:
        arrays: The arrays of `arrays_of`, in the file `file`.
        file: The name of this file.
        data: The name of the file with the data set of the run; empty for MNIST.
    """

    arrays: dict[str, NDArray[Any]]
    file: str
    data: str


def write_beside(run: Run, script: Path) -> Beside:
    """Write the files that the script of a run needs beside it.

    Raises `RunError` where a file of the run can't be read, `DataError` where its data set was
    deleted.
    """
    arrays = arrays_of(run)
    file = script.with_suffix(".npz").name if arrays else ""
    if arrays:
        np.savez_compressed(script.with_name(file), allow_pickle=False, **arrays)
    data = f"{script.stem}-data.npz" if run.spec.data else ""
    if data:
        images = data_of(run.spec.data)
        np.savez_compressed(
            script.with_name(data),
            allow_pickle=False,
            x_train=images.x_train,
            y_train=images.y_train,
            x_test=images.x_test,
            y_test=images.y_test,
            class_names=np.array(run.spec.class_names),
        )
    return Beside(arrays, file, data)


def has_own_images(run: Run) -> bool:
    """Return whether a run trains on other images than MNIST's first ones."""
    train = run.spec.train
    return bool(train.pen_digits or train.tablet_digits or run.spec.own)


def arrays_of(run: Run) -> dict[str, NDArray[Any]]:
    """Return the arrays by name; empty where MNIST or a data set is all that training needs.

    `images` `(n, 28, 28)` and `labels` `(n,)`, uint8, stand after those of MNIST or of the data
    set; `chosen` int32 are the numbers of those that are trained on, in the order of the run.
    `soft_labels` uint8 are
    the square roots of probabilities, one row for each of them; `weights_0` and so on are the
    first weights of a fork, in `get_weights()` order. Raises `RunError` where a file of the run
    can't be read.
    """
    arrays: dict[str, NDArray[Any]] = {}
    train, own = run.spec.train, run.spec.own
    if has_own_images(run):
        mnist = data_of(run.spec.data)
        data = mnist
        if own:
            data = fine_tune_set.mixed(data, train, own, fine_tune_set.read(run))
        data = with_tablet_digits(with_pen_digits(data, train), train)
        trained = data.x_train[: train.num_trained], data.y_train[: train.num_trained]
        arrays |= _beside(mnist, *trained)
    if train.soft_labels:
        arrays["soft_labels"] = stored_soft_labels(train)
    if run.spec.parent:
        weights = snapshots.read_start(run)
        arrays |= {f"weights_{number}": array for number, array in enumerate(weights)}
    return arrays


def _beside(
    mnist: Mnist, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> dict[str, NDArray[Any]]:
    """The images `(n, 28, 28)` that MNIST does not have, and the numbers of all."""
    pairs = zip(mnist.x_train, mnist.y_train, strict=True)
    numbers = {(image.tobytes(), label): number for number, (image, label) in enumerate(pairs)}
    chosen: list[int] = []
    added: list[int] = []
    for place, (image, label) in enumerate(zip(images, labels, strict=True)):
        key = (image.tobytes(), label)
        if key not in numbers:
            numbers[key] = len(mnist.x_train) + len(added)
            added.append(place)
        chosen.append(numbers[key])
    return {"images": images[added], "labels": labels[added], "chosen": np.array(chosen, np.int32)}
