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
    np.testing.assert_array_equal(outline.z, IMAGE)


def test_the_hover_text_has_ink_and_attribution() -> None:
    heatmap = attribution_map(IMAGE * 3, IMAGE).data[0]
    np.testing.assert_array_equal(heatmap.customdata, IMAGE)
    assert "%{z:+.4f}" in heatmap.hovertemplate
    assert "%{customdata:.2f}" in heatmap.hovertemplate


@pytest.mark.parametrize("value", [0, np.nan])
def test_flat_and_undefined_values_are_drawn_without_an_error(value: float) -> None:
    heatmap = attribution_map(np.full((28, 28), value, np.float32), IMAGE).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
