"""Colour scales, the values at their ends, and the colours of arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnistviz.charts.colour_scales import (
    MISTAKES,
    SIGNED,
    UNSIGNED,
    ColourScale,
    coloured,
    heatmap,
    largest_magnitude,
    largest_of,
    relative,
)
from mnistviz.core.types.charts import Scope
from tests.helpers.colours import channels, luminance

# Two rows of two tiles of 1×2.
TILES = np.array([[[[1, -3]], [[0.5, 0]]], [[[-2, 2]], [[np.nan, np.nan]]]], np.float32)


# ---------------------------------------------------------------- scales


def test_signed_scale_is_symmetric_with_a_neutral_middle() -> None:
    stops = [stop for stop, _ in SIGNED]
    assert stops == [1 - stop for stop in reversed(stops)]
    colours = dict(SIGNED)
    neutral = channels(colours[0.5])
    assert max(neutral) - min(neutral) < 0.03
    assert min(neutral) > 0.9
    # Darker towards both ends, so that magnitudes can be compared in a print without colours.
    lightness = [luminance(colours[stop]) for stop in stops]
    middle = len(stops) // 2
    assert lightness[: middle + 1] == sorted(lightness[: middle + 1])
    assert lightness[middle:] == sorted(lightness[middle:], reverse=True)
    for stop in stops[middle + 1 :]:
        red, _, blue = channels(colours[stop])
        assert red > blue
        red, _, blue = channels(colours[1 - stop])
        assert blue > red


def test_unsigned_scale_is_from_black_to_white() -> None:
    assert UNSIGNED == ((0.0, "#000000"), (1.0, "#ffffff"))


def test_scale_of_mistakes_is_the_warm_half_of_the_signed_scale() -> None:
    assert ((0.0, SIGNED[2][1]), (0.5, SIGNED[3][1]), (1.0, SIGNED[4][1])) == MISTAKES


@pytest.mark.parametrize(
    ("signed", "scale", "lowest"), [(True, SIGNED, -2.5), (False, UNSIGNED, 0)]
)
def test_heatmap_has_the_scale_and_its_ends(
    signed: bool, scale: ColourScale, lowest: float
) -> None:
    trace = heatmap(np.eye(2), signed=signed, largest=2.5, xgap=3)
    assert (trace.zmin, trace.zmax, trace.zmid) == (lowest, 2.5, None)
    assert trace.colorscale == scale
    assert (trace.showscale, trace.xgap) == (False, 3)
    assert heatmap(np.eye(2), signed=signed, showscale=True).showscale is True


# ---------------------------------------------------------------- ends of a scale


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("tile", [[3, 0.5], [2, 1]]),
        ("layer", [[3, 3], [3, 3]]),
        ("all", [[7, 7], [7, 7]]),
    ],
)
def test_each_scope_has_its_own_largest_value(scope: Scope, expected: list[list[float]]) -> None:
    largest = largest_magnitude(TILES, scope, 7.0)
    assert largest.tolist() == expected
    assert largest.dtype == np.float32


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_largest_magnitude_of_zeros_is_1(scope: Scope) -> None:
    zeros = np.zeros((1, 2, 3, 3), np.float32)
    assert largest_magnitude(zeros, scope, 0.0).tolist() == [[1, 1]]


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_have_no_magnitude(scope: Scope, missing: float) -> None:
    tiles = np.array([[[[missing, 2]], [[missing, missing]]]], np.float32)
    expected = {"tile": [[2, 1]], "layer": [[2, 2]], "all": [[1, 1]]}
    assert largest_magnitude(tiles, scope, np.nan).tolist() == expected[scope]
    assert largest_of(tiles) == 2
    assert (largest_of(tiles[0, 1]), largest_of(tiles[0, 1], 0.0)) == (1, 0)


@given(
    arrays.arrays(
        np.float32, st.tuples(*[st.integers(1, 4)] * 4), elements=st.floats(-1e6, 1e6, width=32)
    ),
    st.sampled_from(["tile", "layer"]),
)
def test_no_value_is_beyond_the_end_of_its_scale(tiles: np.ndarray, scope: Scope) -> None:
    largest = largest_magnitude(tiles, scope, 0.0)
    assert largest.shape == tiles.shape[:2]
    assert (largest > 0).all()
    assert (np.abs(relative(tiles, largest)) <= 1).all()
    assert largest_of(tiles, 0.0) == np.abs(tiles).max()


# ---------------------------------------------------------------- colours of arrays


def as_hex(colour: np.ndarray) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour[:3])


def test_signed_values_have_the_colours_of_the_scale() -> None:
    stops = np.array([[2 * stop - 1 for stop, _ in SIGNED]], np.float32)
    colours = coloured(stops, signed=True)
    assert [as_hex(colour) for colour in colours[0]] == [colour for _, colour in SIGNED]
    assert (colours[..., 3] == 255).all()


def test_unsigned_values_are_clipped_to_black_and_white() -> None:
    colours = coloured(np.array([[0, 0.5, 1, 7, -3]], np.float32), signed=False)
    assert colours[0, :, 0].tolist() == [0, 128, 255, 255, 0]


@pytest.mark.parametrize("signed", [True, False])
def test_values_that_are_not_finite_are_transparent(signed: bool) -> None:
    colours = coloured(np.array([[np.nan, 0.2, np.inf]], np.float32), signed=signed)
    assert colours[0, :, 3].tolist() == [0, 255, 0]
