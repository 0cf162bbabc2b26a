"""Grouping of the parts of a line into digits."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import grouping
from mnistviz.digits.drawing.grouping import Unit


class Sure:
    """A reader that is sure of images whose first pixel is 1, and of no others."""

    def logits(self, images: FloatArray) -> FloatArray:
        logits = np.zeros((len(images), 10), np.float32)
        logits[:, 3] = 9 * images[:, 0, 0]
        return logits

    def digit_scores(self, images: FloatArray) -> FloatArray:
        return 12 * images[:, 0, 0] - 6


def unit(left: float, seam: float | None = None) -> Unit:
    return Unit((left, 0, left + 30, 60), seam=seam)


@pytest.mark.parametrize("sizes", [[1, 1, 1], [2, 1], [1, 2], [3]])
def test_the_parts_that_are_digits_to_the_reader_are_grouped(sizes: list[int]) -> None:
    units = [unit(0), unit(28), unit(56)]
    ends = np.cumsum([0, *sizes]).tolist()
    right = [units[start:end] for start, end in itertools.pairwise(ends)]

    def image_of(group: Sequence[Unit]) -> FloatArray:
        return np.full((28, 28), float(group in right), np.float32)

    groups = grouping.best_grouping(units, image_of, Sure())
    assert [len(group) for group in groups] == sizes


def test_no_units_are_no_digits() -> None:
    assert grouping.best_grouping([], lambda group: np.zeros((28, 28), np.float32), Sure()) == []


def test_features_have_the_names_and_weights_of_the_costs() -> None:
    groups = grouping.candidates([unit(0), unit(40, seam=0.3)])
    features = grouping.features_of(
        groups, 60, lambda group: np.zeros((28, 28), np.float32), Sure()
    )
    assert features.shape == (3, len(grouping.FEATURES)) == (3, len(grouping.WEIGHTS))
    split = features[list(groups).index((1, 2)), grouping.FEATURES.index("price of the split")]
    assert split == pytest.approx(0.3)
