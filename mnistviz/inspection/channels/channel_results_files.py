"""What was found out about a snapshot's channels, as it is kept on disk. No TensorFlow."""

from contextlib import suppress
from dataclasses import fields

import numpy as np

from mnistviz.core.types.inspection import (
    LayerAblation,
    LayerStatistics,
    PruningResult,
    Replacement,
)
from mnistviz.runs import result_cache
from mnistviz.runs.snapshots import Snapshot

MOMENTS = "moments"
# A first picture comes from so many test images, as many of each digit: enough to see a twentieth
# of a point, few enough for a minute.
FIRST_IMAGES = 2_000


def ablation_name(layer: str, replacement: Replacement, images: int) -> str:
    """Under which name an ablation on so many test images is kept."""
    return f"ablation-{layer}-{replacement}-{images}"


def tuned_name(layer: str) -> str:
    """Under which name a training after the cut is kept."""
    return f"tuned-{layer}"


def read_moments(snapshot: Snapshot) -> dict[str, LayerStatistics]:
    """How the channels vary, by layer; empty where nobody has yet worked it out."""
    by_layer: dict[str, dict[str, np.ndarray]] = {}
    for key, array in (result_cache.read(snapshot, MOMENTS) or {}).items():
        layer, _, name = key.partition("/")
        by_layer.setdefault(layer, {})[name] = array
    try:
        return {layer: LayerStatistics(**found) for layer, found in by_layer.items()}
    except TypeError:
        # Kept by another version of this program.
        return {}


def write_moments(snapshot: Snapshot, found: dict[str, LayerStatistics]) -> None:
    arrays = {
        f"{layer}/{name}": array
        for layer, one in found.items()
        for name, array in vars(one).items()
    }
    with suppress(OSError):
        result_cache.write(snapshot, MOMENTS, arrays)


def read_ablation(
    snapshot: Snapshot, layer: str, replacement: Replacement, images: int
) -> LayerAblation | None:
    """What was found with channels of a layer off; None where nobody has yet tried."""
    found = result_cache.read(snapshot, ablation_name(layer, replacement, images))
    try:
        return None if found is None else LayerAblation(layer, replacement, images, **found)
    except TypeError:
        return None


def write_ablation(snapshot: Snapshot, found: LayerAblation) -> None:
    arrays = {
        field.name: getattr(found, field.name)
        for field in fields(found)
        if field.name not in ("layer", "replacement", "images")
    }
    with suppress(OSError):
        result_cache.write(
            snapshot, ablation_name(found.layer, found.replacement, found.images), arrays
        )


def read_tuned(snapshot: Snapshot, layer: str) -> PruningResult | None:
    """What further training made of the network with channels of a layer off, or None."""
    found = result_cache.read(snapshot, tuned_name(layer))
    try:
        if found is None:
            return None
        steps, images = int(found["steps"]), int(found["images"])
        return PruningResult(layer, steps, images, found["left"], found["before"], found["after"])
    except KeyError:
        return None


def write_tuned(snapshot: Snapshot, found: PruningResult) -> None:
    arrays = {name: np.asarray(value) for name, value in vars(found).items() if name != "layer"}
    with suppress(OSError):
        result_cache.write(snapshot, tuned_name(found.layer), arrays)
