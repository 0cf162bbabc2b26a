"""The outputs of a network that the Feature maps page shows."""

import numpy as np
import pytest

from mnistviz.core.types.inspection import LayerOutput
from mnistviz.ui.feature_maps.network_view import difference_of, shown_outputs

IMAGE = np.ones((28, 28), np.float32)
MAP = np.full((2, 2, 1), 3, np.float32)
STAGES = (
    LayerOutput("conv1", "convolution", MAP),
    LayerOutput("conv1", "relu", MAP),
    LayerOutput("conv1", "normalization", MAP),
    LayerOutput("pool", "pool", MAP),
    LayerOutput("conv8", "convolution", MAP),
    LayerOutput("softmax", "softmax", MAP),
)


@pytest.mark.parametrize("stage", ["convolution", "relu", "normalization"])
def test_shown_outputs_are_those_at_a_stage_and_input_pool_scores_and_softmax(stage: str) -> None:
    outputs = shown_outputs(STAGES, IMAGE, stage)
    assert [(output.layer, output.stage) for output in outputs] == [
        ("input", "input"),
        ("conv1", stage),
        ("pool", "pool"),
        ("conv8", "convolution"),
        ("softmax", "softmax"),
    ]
    assert outputs[0].values.shape == (28, 28, 1)


def test_difference_is_the_first_output_minus_the_second() -> None:
    other = [LayerOutput("conv1", "relu", 2 * MAP)]
    (difference,) = difference_of([STAGES[1]], other)
    assert (difference.layer, difference.stage) == ("conv1", "relu")
    np.testing.assert_array_equal(difference.values, -MAP)
