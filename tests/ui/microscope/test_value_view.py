"""The steps from the products to the output of a layer."""

import numpy as np
import pytest

from mnistviz.inspection.image.value_trace import Parts
from mnistviz.ui.microscope.value_view import steps_of


def parts(sums: list[float], *, relu: float | None, gain: float | None) -> Parts:
    grid = np.zeros((3, 3, len(sums)))
    normalized = None if gain is None or relu is None else relu * gain
    shift = None if gain is None else 0.0
    total = sum(sums) + 0.5
    return Parts(grid, grid, grid, np.array(sums), 0.5, total, relu, gain, shift, normalized)


@pytest.mark.parametrize(
    ("relu", "gain", "num_steps"), [(None, None, 3), (1.5, None, 4), (1.5, 2.0, 7)]
)
def test_steps_are_those_that_the_layer_has(
    relu: float | None, gain: float | None, num_steps: int
) -> None:
    steps = steps_of(parts([1.0], relu=relu, gain=gain))
    assert len(steps) == num_steps
    assert [number for _, number in steps[:3]] == [1.0, 0.5, 1.5]
    if gain is not None:
        assert steps[-1] == ("= handed on", 3.0)


def test_the_first_step_counts_the_input_channels() -> None:
    steps = steps_of(parts([1.0, 2.0], relu=None, gain=None))
    assert steps[0] == ("sum over 2 input channels", 3.0)
