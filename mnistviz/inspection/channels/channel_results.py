"""Finds out about a snapshot's channels what takes seconds or minutes, and keeps it on disk."""

from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES, NUM_TEST_IMAGES
from mnistviz.core.types.inspection import (
    LayerAblation,
    LayerStatistics,
    PruningResult,
    Replacement,
)
from mnistviz.digits.mnist import balanced, load_mnist
from mnistviz.inspection.channels import channel_results_files
from mnistviz.inspection.channels.channel_statistics import moments
from mnistviz.inspection.channels.knockout import NUM_AVERAGED, channel_means
from mnistviz.inspection.channels.layer_ablation import Cut, ablate
from mnistviz.inspection.channels.pruning import tune_ever_fewer
from mnistviz.runs import result_cache
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot

Tell = Callable[[float], object]


def find_moments(
    snapshot: Snapshot, tell: Tell = lambda done: None, network: keras.Sequential | None = None
) -> dict[str, LayerStatistics]:
    """How the channels of every layer vary over the 10,000 test images."""
    images = load_mnist().x_test
    found = moments(network or load(snapshot), images, lambda done: tell(done / len(images)))
    channel_results_files.write_moments(snapshot, found)
    return found


def means_of(snapshot: Snapshot, network: keras.Sequential) -> result_cache.Arrays:
    """What each channel hands on on average, (channels,) by layer."""
    images = load_mnist().x_train[:NUM_AVERAGED]
    return result_cache.kept(snapshot, "means", lambda: channel_means(network, images))


def labelled(count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """So many test images (count, 28, 28), as many of each digit, and their labels; or all."""
    data = load_mnist()
    if count >= NUM_TEST_IMAGES:
        return data.x_test, data.y_test
    chosen = balanced(data.y_test, count // NUM_CLASSES)
    return data.x_test[chosen], data.y_test[chosen]


def find_ablation(
    snapshot: Snapshot,
    layer: str,
    replacement: Replacement,
    images: int,
    tell: Tell = lambda done: None,
) -> LayerAblation:
    """What the network reads right when channels of a layer are switched off."""
    network = load(snapshot)
    mean = means_of(snapshot, network)[layer]
    found = ablate(Cut(network, layer, mean, *labelled(images), replacement), tell)
    channel_results_files.write_ablation(snapshot, found)
    return found


def find_tuned(snapshot: Snapshot, layer: str, tell: Tell = lambda done: None) -> PruningResult:
    """What some hundred more steps make of the network with channels of a layer cut out.

    The least important ones go, by what switching each off costs on 2,000 test images.
    """
    ablation = channel_results_files.read_ablation(
        snapshot, layer, "mean", channel_results_files.FIRST_IMAGES
    ) or find_ablation(snapshot, layer, "mean", channel_results_files.FIRST_IMAGES)
    network = load(snapshot)
    data, count = load_mnist(), snapshot.run.spec.train.num_images
    found = tune_ever_fewer(
        network,
        layer,
        ablation.order,
        means_of(snapshot, network)[layer],
        (data.x_train[:count], data.y_train[:count]),
        (data.x_test, data.y_test),
        tell,
    )
    channel_results_files.write_tuned(snapshot, found)
    return found
