"""The texts on the convolution that the Kernels page shows."""

import numpy as np
import pytest

from mnistviz.core.types.charts import Scope
from mnistviz.runs import snapshots
from mnistviz.ui.kernels.layer_choice import ShownLayer, caption_of, explanation_of


def shown(name: str, shape: tuple[int, ...], scope: Scope = "tile") -> ShownLayer:
    kernel = np.full(shape, -0.25, np.float32)
    bias = np.zeros(shape[-1], np.float32)
    return ShownLayer(snapshots.find("best"), name, "stored", kernel, bias, 2.0, scope, "index")


@pytest.mark.parametrize(
    ("name", "shape", "start"),
    [
        ("conv1", (3, 3, 1, 10), "Look for orange beside blue"),
        ("conv4", (1, 1, 20, 10), "Each square is one weight"),
        ("conv8", (4, 4, 20, 10), "A column is a digit. Where its 20 kernels"),
        ("conv3", (3, 3, 15, 20), "Read a column"),
    ],
)
def test_caption_depends_on_the_kind_of_layer(
    name: str, shape: tuple[int, ...], start: str
) -> None:
    caption = caption_of(shown(name, shape))
    assert caption.startswith(start)
    assert f"All {shape[2] * shape[3]} kernels of {shape[0]}×{shape[1]} are here" in caption


@pytest.mark.parametrize(
    ("scope", "end"),
    [
        ("layer", "Darkest colour = ±0.25."),
        ("all", "Darkest colour = ±2.00."),
        ("tile", "for more. "),
    ],
)
def test_caption_says_what_full_colour_is_unless_each_kernel_has_its_own(
    scope: Scope, end: str
) -> None:
    assert caption_of(shown("conv1", (3, 3, 1, 10), scope)).endswith(end)


def test_explanation_counts_kernels_and_weights() -> None:
    first = explanation_of(shown("conv2", (3, 3, 10, 15)))[0]
    assert "10 × 15 = 150 kernels, 1,350 weights" in first


@pytest.mark.parametrize(("name", "expected"), [("conv8", "digit"), ("conv1", "output channel")])
def test_an_output_of_the_last_layer_is_a_digit(name: str, expected: str) -> None:
    assert shown(name, (1, 1, 2, 2)).output_name == expected
