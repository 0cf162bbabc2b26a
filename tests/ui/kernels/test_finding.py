"""The first lines of the Kernels page."""

import numpy as np
import pytest

from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.kernels.kernel_kinds import BASIS
from mnistviz.runs import registry
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.ui.kernels.finding import finding_of
from mnistviz.ui.kernels.layer_choice import ShownLayer


def layer_of(kernel: FloatArray, name: str = "conv1") -> ShownLayer:
    snapshot = latest_snapshot(registry.find_run("reference"))
    bias = np.zeros(kernel.shape[-1], np.float32)
    return ShownLayer(snapshot, name, "stored", kernel, bias, 1.0, "layer", "index")


def kernels_of(*patterns: int) -> FloatArray:
    """Kernels (3, 3, 1, outputs), each one pattern of the basis."""
    return np.stack([BASIS[number] for number in patterns], axis=-1)[:, :, None].astype(np.float32)


def test_kernels_are_counted_by_what_they_look_for() -> None:
    # Edges to the right and upwards, a line, a spot.
    text = finding_of(layer_of(kernels_of(0, 0, 1, 2, 7)))
    assert text.startswith("**3 of the 5 kernels of conv1 look mainly for an edge**")
    assert "1 look for a line, 1 look for a spot, 0 mix several patterns." in text
    assert "Hardly any answers to an edge that is brighter at the upper right" in text


@pytest.mark.parametrize("size", [1, 7])
def test_kernels_of_other_sizes_have_a_sentence_of_their_own(size: int) -> None:
    kernel = np.random.default_rng(0).normal(size=(size, size, 20, 10)).astype(np.float32)
    text = finding_of(layer_of(kernel, "conv8"))
    assert text.startswith("**conv8.** ")
    assert "edge" not in text
