"""Small data sets with made-up names of classes, and runs on them."""

import string

import numpy as np

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES
from mnistviz.digits.data_sets import library
from mnistviz.digits.data_sets.data_set import DataSetInfo
from mnistviz.digits.data_sets.reading import Choices, open_uploads
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.data_set_files import npz
from tests.helpers.made_networks import random_weights

# 62 names, of which a set has the first ones.
NAMES = tuple(f"sign {one}" for one in string.ascii_letters + string.digits)


def keep_set(num_classes: int, name: str, num_images: int = 400) -> DataSetInfo:
    """A data set of so many classes: images of MNIST with labels that take turns."""
    data = load_mnist()
    numbers = np.arange(num_images) % num_classes
    files = [
        (
            "set.npz",
            npz(
                x_train=data.x_train[:num_images],
                y_train=np.array(NAMES)[numbers],
                x_test=data.x_test[: num_images // 2],
                y_test=np.array(NAMES)[numbers[: num_images // 2]],
                class_names=np.array(NAMES[:num_classes]),
            ),
        )
    ]
    with open_uploads(files) as opened:
        return library.keep(opened, Choices(), name)


def run_on(about: DataSetInfo, name: str, network: str = "") -> Run:
    """A finished run on a data set, with random weights of two snapshots."""
    ref = library.reference(about)
    model, train = RECIPES["plain"].specs(
        {"network": network} if network else {}, {"batch_size": 20, "epochs": 1}, ref
    )
    run = registry.create_run("plain", model, train, name, data=ref)
    weights = random_weights(ModelSpec(**model.model_dump()))
    arrays = [np.asarray(array) for layer in weights.values() for array in layer.values()]
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 10, "total": 10})
    for step in (0, 10):
        snapshots.write(Snapshot(run, step), arrays)
    return run
