"""The range of tolerated levels, in words."""

import numpy as np

from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.evaluation.robustness import RobustnessCurve
from mnistviz.ui.evaluate.robustness_view import range_text

ROTATION = CORRUPTIONS["rotation"]


def curve(accuracy: float) -> RobustnessCurve:
    """A curve with one accuracy at the middle three levels and 0 at the others."""
    levels = tuple(map(float, ROTATION.levels))
    right = np.zeros((len(levels), 100), bool)
    middle = levels.index(ROTATION.neutral)
    right[middle - 1 : middle + 2, : round(100 * accuracy)] = True
    return RobustnessCurve("rotation", levels, right)


def test_the_range_is_that_of_the_levels_with_enough_accuracy() -> None:
    levels = ROTATION.levels
    middle = levels.index(ROTATION.neutral)
    assert range_text(curve(0.96), ROTATION) == f"{levels[middle - 1]:g} to {levels[middle + 1]:g}"


def test_a_network_may_not_tolerate_the_neutral_level() -> None:
    assert range_text(curve(0.9), ROTATION) == "not even 0"
