"""Feature maps: every channel of a layer with its exact values."""

import numpy as np
import pytest

from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.core.types.charts import Scope


def random_maps(size: int, channels: int) -> np.ndarray:
    generator = np.random.default_rng([size, channels])
    return generator.normal(size=(size, size, channels)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 5, 8, 20, 32])
@pytest.mark.parametrize("size", [1, 7, 26])
def test_every_value_is_shown_once_at_the_place_in_its_hover_text(size: int, channels: int) -> None:
    values = random_maps(size, channels)
    figure = feature_maps_figure(values, signed=True, scope="layer", largest_of_all=1.0)
    (heatmap,) = figure.data
    shown = np.isfinite(heatmap.z)
    facts = heatmap.customdata[shown]
    channel, row, column = facts[:, :3].astype(int).T
    assert len(np.unique(facts[:, :3], axis=0)) == len(facts) == values.size
    np.testing.assert_array_equal(facts[:, 3], values[row, column, channel], strict=True)
    # In order: ten channels a row, each in one piece.
    y, x = np.nonzero(shown)
    tops = {
        number: set(y[channel == number] - row[channel == number]) for number in range(channels)
    }
    lefts = {
        number: set(x[channel == number] - column[channel == number]) for number in range(channels)
    }
    for number in range(channels):
        assert lefts[number] == {number % 10 * (size + 1)}
        assert tops[number] == tops[number - number % 10]
        assert len(tops[number]) == 1
    labels = [label.text for label in figure.layout.annotations]
    assert labels == [str(number) for number in range(channels)]


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_scope_sets_the_value_of_full_colour(scope: Scope) -> None:
    values = random_maps(4, 5)
    figure = feature_maps_figure(values, signed=True, scope=scope, largest_of_all=10.0)
    heatmap = figure.data[0]
    shown = np.isfinite(heatmap.z)
    facts = heatmap.customdata[shown]
    ends = {
        "tile": np.abs(values).max(axis=(0, 1))[facts[:, 0].astype(int)],
        "layer": np.abs(values).max(),
        "all": 10.0,
    }
    np.testing.assert_allclose(heatmap.z[shown], facts[:, 3] / ends[scope], rtol=1e-6)


def test_signed_maps_are_symmetric_and_unsigned_ones_start_at_0() -> None:
    values = np.abs(random_maps(4, 2))
    signed, unsigned = (
        feature_maps_figure(values, signed=signed, scope="layer", largest_of_all=1.0).data[0]
        for signed in (True, False)
    )
    assert (signed.zmin, signed.zmax) == (-1, 1)
    assert (unsigned.zmin, unsigned.zmax) == (0, 1)
    assert signed.colorscale != unsigned.colorscale
    assert unsigned.colorscale == ((0.0, "#000000"), (1.0, "#ffffff"))
    assert "%{customdata[3]:+.4f}" in signed.hovertemplate
    assert "%{customdata[3]:.4f}" in unsigned.hovertemplate


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
@pytest.mark.parametrize("signed", [True, False])
def test_layer_of_zeros_is_drawn_as_zeros(scope: Scope, signed: bool) -> None:
    silent = np.zeros((5, 5, 8), np.float32)
    heatmap = feature_maps_figure(silent, signed=signed, scope=scope, largest_of_all=0.0).data[0]
    shown = heatmap.z[np.isfinite(heatmap.z)]
    assert shown.size == silent.size
    assert not shown.any()


def test_channel_of_zeros_is_drawn_as_zeros() -> None:
    values = random_maps(5, 3)
    values[..., 1] = 0
    figure = feature_maps_figure(values, signed=True, scope="tile", largest_of_all=1.0)
    heatmap = figure.data[0]
    of_channel = [heatmap.z[heatmap.customdata[..., 0] == channel] for channel in range(3)]
    assert [float(np.abs(shown).max()) for shown in of_channel] == [1, 0, 1]


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_channel_of_nan_does_not_change_other_channels(scope: Scope) -> None:
    values = random_maps(5, 3)
    values[..., 1] = np.nan
    figure = feature_maps_figure(values, signed=True, scope=scope, largest_of_all=1.0)
    heatmap = figure.data[0]
    assert np.isfinite(heatmap.z).sum() == 2 * 25
    assert set(heatmap.customdata[np.isfinite(heatmap.z)][:, 0]) == {0, 2}
    assert len(figure.layout.annotations) == 3


def test_narrow_page_has_half_as_many_maps_in_a_row() -> None:
    values = random_maps(26, 20)
    figures = [
        feature_maps_figure(values, signed=True, scope="layer", largest_of_all=1.0, width=width)
        for width in (800, 350)
    ]
    wide, narrow = (figure.data[0].z for figure in figures)
    assert wide.shape[1] == 10 * 27 - 1
    assert narrow.shape[1] == 5 * 27 - 1
    assert np.isfinite(narrow).sum() == np.isfinite(wide).sum() == values.size
