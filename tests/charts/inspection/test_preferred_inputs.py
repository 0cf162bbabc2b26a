"""Preferred inputs: every channel in order, with its custom data."""

import numpy as np
import pytest

from mnistviz.charts.inspection.preferred_inputs import preferred_inputs_figure


@pytest.mark.parametrize("width", [350, 800])
@pytest.mark.parametrize("count", [1, 5, 8, 20, 32])
def test_every_input_is_shown_relative_to_its_largest_ink(count: int, width: int) -> None:
    images = np.random.default_rng(count).uniform(0, 0.4, (count, 7, 7)).astype(np.float32)
    channels = list(range(count))[::-1]
    figure = preferred_inputs_figure(images, channels, [0.5] * count, 0, width)
    heatmap, points = figure.data
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)
    assert np.isfinite(heatmap.z).sum() == images.size
    assert list(points.customdata) == channels
    for x, y, image in zip(points.x, points.y, images, strict=True):
        tile = heatmap.z[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4]
        np.testing.assert_allclose(tile, image / image.max(), rtol=1e-5)
    assert [label.text for label in figure.layout.annotations] == [
        str(channel) for channel in channels
    ]
    (frame,) = figure.layout.shapes
    assert (frame.x0 + frame.x1) / 2 == points.x[channels.index(0)]
    assert points.text[0] == (
        f"<b>channel {channels[0]}</b><br>its value +0.500<br>most ink {images[0].max():.2f}"
    )


def test_inputs_of_zeros_and_of_nan_are_drawn() -> None:
    images = np.zeros((2, 3, 3), np.float32)
    images[1] = np.nan
    figure = preferred_inputs_figure(images, [0, 1], [0.0, 0.0], None, 800)
    assert np.isfinite(figure.data[0].z).sum() == 9
    assert not figure.layout.shapes
