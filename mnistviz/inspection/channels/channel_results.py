"""Results on the channels of a snapshot: their computation, and the files that store them."""

from mnistviz.core.types.arrays import ByteArray
from mnistviz.core.types.inspection import (
    ActivationSurvey,
    LayerAblation,
    LayerStatistics,
    PruningResult,
    Replacement,
)
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits import mnist
from mnistviz.digits.data_sets.library import data_of
from mnistviz.inspection.channels import knockout, pruning
from mnistviz.inspection.channels.channel_statistics import layer_statistics
from mnistviz.inspection.channels.layer_ablation import SplitNetwork, ablate
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.result_cache import ARRAYS, Arrays, ResultCache, by_layer, dataclass_codec
from mnistviz.runs.snapshots import Snapshot

# The first ablation uses so many test images, as many of each digit: enough for a resolution of a
# twentieth of a point, few enough for a minute.
SUBSET_SIZE = 2_000

# Mean and covariance of the channels over the test images, by layer.
STATISTICS: ResultCache[dict[str, LayerStatistics]] = ResultCache(
    "moments", by_layer(dataclass_codec(LayerStatistics))
)
# What activates the channels of each layer on the test images.
SURVEY: ResultCache[dict[str, ActivationSurvey]] = ResultCache(
    "survey", by_layer(dataclass_codec(ActivationSurvey))
)
# The mean output of each channel over training images, (channels,) by layer.
CHANNEL_MEANS: ResultCache[Arrays] = ResultCache("means", ARRAYS)


def ablation_cache(layer: str, replacement: Replacement, images: int) -> ResultCache[LayerAblation]:
    """The cache of a layer's ablation on so many test images."""
    codec = dataclass_codec(LayerAblation, layer=layer, replacement=replacement, images=images)
    return ResultCache(f"ablation-{layer}-{replacement}-{images}", codec)


def pruning_cache(layer: str) -> ResultCache[PruningResult]:
    """The cache of a layer's pruning, with the training that follows it."""
    return ResultCache(f"tuned-{layer}", dataclass_codec(PruningResult, layer=layer))


def compute_statistics(
    snapshot: Snapshot, progress: Progress = no_progress, network: Network | None = None
) -> dict[str, LayerStatistics]:
    """Compute and store the channel statistics of all layers over the 10,000 test images.

    `progress` gets the share that is done. The snapshot is loaded unless `network` is given.
    """
    images = data_of(snapshot.run.spec.data).x_test
    statistics = layer_statistics(
        network or load(snapshot), images, lambda done: progress(done / len(images))
    )
    STATISTICS.write(snapshot, statistics)
    return statistics


def channel_means(snapshot: Snapshot, network: Network) -> Arrays:
    """The mean output of each channel over training images, (channels,) by layer; stored."""
    images = data_of(snapshot.run.spec.data).x_train[: knockout.NUM_AVERAGED]
    return CHANNEL_MEANS.get(snapshot, lambda: knockout.channel_means(network, images))


def labelled_test_images(snapshot: Snapshot, count: int) -> tuple[ByteArray, ByteArray]:
    """`count` test images (count, 28, 28), as many of each class, and their labels; or all."""
    spec = snapshot.run.spec
    data, num_classes = data_of(spec.data), spec.model.num_classes
    if count >= len(data.y_test):
        return data.x_test, data.y_test
    chosen = mnist.balanced(data.y_test, count // num_classes, num_classes)
    return data.x_test[chosen], data.y_test[chosen]


def compute_ablation(
    snapshot: Snapshot,
    layer: str,
    replacement: Replacement,
    images: int,
    progress: Progress = no_progress,
) -> LayerAblation:
    """Compute and store the ablation of a layer on so many test images."""
    network = load(snapshot)
    means = channel_means(snapshot, network)[layer]
    split = SplitNetwork(
        network, layer, means, *labelled_test_images(snapshot, images), replacement
    )
    ablation = ablate(split, progress)
    ablation_cache(layer, replacement, images).write(snapshot, ablation)
    return ablation


def compute_pruning(
    snapshot: Snapshot, layer: str, progress: Progress = no_progress
) -> PruningResult:
    """Compute and store the accuracies after channels of a layer are pruned, and after training.

    The least important channels are removed, by the ablation on `SUBSET_SIZE` test images.
    """
    ablation = ablation_cache(layer, "mean", SUBSET_SIZE).read(snapshot)
    if ablation is None:
        ablation = compute_ablation(snapshot, layer, "mean", SUBSET_SIZE)
    network = load(snapshot)
    spec = snapshot.run.spec
    data, count = data_of(spec.data), spec.train.num_images
    result = pruning.prune_and_tune(
        network,
        layer,
        ablation.order,
        channel_means(snapshot, network)[layer],
        (data.x_train[:count], data.y_train[:count]),
        (data.x_test, data.y_test),
        progress,
    )
    pruning_cache(layer).write(snapshot, result)
    return result
