"""What the end of a colour scale stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnistviz.charts.scale import Scope, largest_magnitude

# Two rows of two tiles of 1×2.
TILES = np.array([[[[1, -3]], [[0.5, 0]]], [[[-2, 2]], [[np.nan, np.nan]]]], np.float32)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("tile", [[3, 0.5], [2, 1]]),
        ("layer", [[3, 3], [3, 3]]),
        ("all", [[7, 7], [7, 7]]),
    ],
)
def test_each_scope_has_its_own_largest_value(scope: Scope, expected: list[list[float]]) -> None:
    found = largest_magnitude(TILES, scope, 7.0)
    assert found.tolist() == expected
    assert found.dtype == np.float32


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_zeros_are_drawn_as_zeros(scope: Scope) -> None:
    zeros = np.zeros((1, 2, 3, 3), np.float32)
    assert largest_magnitude(zeros, scope, 0.0).tolist() == [[1, 1]]


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_magnitude(scope: Scope, missing: float) -> None:
    tiles = np.array([[[[missing, 2]], [[missing, missing]]]], np.float32)
    expected = {"tile": [[2, 1]], "layer": [[2, 2]], "all": [[1, 1]]}
    assert largest_magnitude(tiles, scope, np.nan).tolist() == expected[scope]


@given(
    arrays.arrays(
        np.float32, st.tuples(*[st.integers(1, 4)] * 4), elements=st.floats(-1e6, 1e6, width=32)
    ),
    st.sampled_from(["tile", "layer"]),
)
def test_no_value_lies_beyond_the_end_of_its_scale(tiles: np.ndarray, scope: Scope) -> None:
    largest = largest_magnitude(tiles, scope, 0.0)
    assert largest.shape == tiles.shape[:2]
    assert (largest > 0).all()
    assert (np.abs(tiles) <= largest[..., np.newaxis, np.newaxis]).all()
