"""The picture of an attribution: its scale, its outline, odd input."""

import numpy as np
import pytest

from mnistviz.charts.attribution import attribution_map
from mnistviz.charts.theme import SIGNED

IMAGE = np.zeros((28, 28), np.float32)
IMAGE[8:20, 13:16] = 1


def test_zero_is_in_the_middle_of_the_scale() -> None:
    values = IMAGE * 0.25
    values[0, 0] = -2
    heatmap, outline = attribution_map(values, IMAGE).data
    np.testing.assert_array_equal(heatmap.z, values)
    assert (heatmap.zmin, heatmap.zmax) == (-2, 2)
    assert [colour for _, colour in heatmap.colorscale] == [colour for _, colour in SIGNED]
    assert outline.mode == "lines"


def test_the_outline_goes_around_the_pixels_that_are_half_ink() -> None:
    outline = attribution_map(IMAGE, IMAGE).data[1]
    lines = np.stack([outline.x, outline.y], axis=1).reshape(-1, 3, 2)
    assert len(lines) == 2 * (12 + 3)
    assert np.isnan(lines[:, 2]).all()
    assert np.abs(np.diff(lines[:, :2], axis=1)).sum(axis=-1).ravel().tolist() == [1] * 30
    points = lines[:, :2].reshape(-1, 2)
    assert points.min(axis=0).tolist() == [12.5, 7.5]
    assert points.max(axis=0).tolist() == [15.5, 19.5]
    # Within, at a third of ink and outside, nothing is drawn.
    assert len(attribution_map(IMAGE, IMAGE / 3).data[1].x) == 0


def test_the_hover_text_has_ink_and_attribution() -> None:
    heatmap = attribution_map(IMAGE * 3, IMAGE).data[0]
    np.testing.assert_array_equal(heatmap.customdata, IMAGE)
    assert "%{z:+.4f}" in heatmap.hovertemplate
    assert "%{customdata:.2f}" in heatmap.hovertemplate


@pytest.mark.parametrize("value", [0, np.nan])
def test_flat_and_undefined_values_are_drawn_without_an_error(value: float) -> None:
    heatmap = attribution_map(np.full((28, 28), value, np.float32), IMAGE).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
