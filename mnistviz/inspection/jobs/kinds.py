"""The kinds of jobs."""

from collections.abc import Callable

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.types.inspection import REPLACEMENTS
from mnistviz.core.types.progress import Progress
from mnistviz.inspection import digit_maps, embedding
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.jobs.job import Job
from mnistviz.runs.snapshots import Snapshot


def tsne_map(snapshot: Snapshot) -> Job:
    """Compute the t-SNE map of the test images."""

    def compute(report_progress: Progress) -> None:
        places = embedding.map_of_test_images(snapshot).places
        digit_maps.TSNE_PLANE.write(snapshot, embedding.tsne(places, report_progress))

    return Job(snapshot, digit_maps.TSNE_PLANE, "tsne", (), compute)


def ablation(snapshot: Snapshot, layer: str, replacement: str) -> Job:
    """Compute the ablation of a layer on all test images."""
    (off,) = (one for one in REPLACEMENTS if one == replacement)
    return Job(
        snapshot,
        channel_results.ablation_cache(layer, off, NUM_TEST_IMAGES),
        "ablation",
        (layer, off),
        lambda report_progress: channel_results.compute_ablation(
            snapshot, layer, off, NUM_TEST_IMAGES, report_progress
        ),
    )


def pruning(snapshot: Snapshot, layer: str) -> Job:
    """Prune channels of a layer and train the smaller networks for some hundred steps."""
    return Job(
        snapshot,
        channel_results.pruning_cache(layer),
        "pruning",
        (layer,),
        lambda report_progress: channel_results.compute_pruning(snapshot, layer, report_progress),
    )


# What the worker finds a job by.
JOBS: dict[str, Callable[..., Job]] = {"tsne": tsne_map, "ablation": ablation, "pruning": pruning}
