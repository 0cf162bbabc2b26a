"""Digits side by side, as the benchmark of numbers places them."""

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.reading import side_by_side, table


@pytest.mark.parametrize(("gap", "pieces"), [(3, 2), (1, 2), (0, 1), (-2, 1)])
def test_digits_stand_as_far_apart_as_said(gap: int, pieces: int) -> None:
    digit = np.zeros((28, 28), np.float32)
    digit[4:24, 9:15] = 1
    field = side_by_side(np.stack([digit, digit]), gap)
    assert ndimage.label(field > 0.1)[1] == pieces
    columns = np.flatnonzero(field.any(axis=0))
    assert columns[-1] - columns[0] + 1 == 12 + gap


def test_the_table_has_a_line_for_each_gap_and_kind() -> None:
    number = {"gap": -1, "touching": 0.9, "cut": 0.8, "right": 0.75, "digits_right_alone": 0.97}
    lines = table({"numbers": [number], "photos": [{"kind": "lined", "right": 0.95}]}).splitlines()
    assert lines[1].split() == ["-1", "90.0%", "80.0%", "75.0%", "97.0%"]
    assert lines[-1].split() == ["lined", "95.0%"]
