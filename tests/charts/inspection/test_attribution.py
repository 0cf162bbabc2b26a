"""The figure of attributions: places, scales, outlines, unusual input."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mnistviz.charts.colour_scales import SIGNED
from mnistviz.charts.inspection.attribution import attribution_figure
from mnistviz.core.types.arrays import FloatArray

IMAGE = np.zeros((28, 28), np.float32)
IMAGE[8:20, 13:16] = 1
NAMES = ["Integrated gradients", "Occlusion", "SmoothGrad", "Grad-CAM"]


def tile_of(figure: go.Figure, name: str) -> tuple[int, int]:
    """Row and column of the first value of the tile below a name."""
    title = next(label for label in figure.layout.annotations if name in label.text)
    return round(title.y + 0.5), round(title.x + 0.5)


def values_of(figure: go.Figure, name: str) -> FloatArray:
    top, left = tile_of(figure, name)
    values: FloatArray = figure.data[0].z[top : top + 28, left : left + 28]
    return values


@pytest.mark.parametrize("columns", [2, 3, 5])
@pytest.mark.parametrize("count", [1, 4])
def test_each_method_has_its_own_scale_with_zero_in_the_middle(count: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    results = {
        name: 10**power * rng.normal(size=(28, 28)).astype(np.float32)
        for power, name in enumerate(NAMES[:count])
    }
    figure = attribution_figure(IMAGE, results, columns)
    heatmap, picture, outline = figure.data
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
    assert [colour for _, colour in heatmap.colorscale] == [colour for _, colour in SIGNED]
    for name, values in results.items():
        np.testing.assert_allclose(
            values_of(figure, name), values / np.abs(values).max(), rtol=1e-6, atol=1e-7
        )
    assert np.isfinite(heatmap.z).sum() == count * 28 * 28
    # The image is in the place that is left for it.
    assert tile_of(figure, "The image") == (0, 0)
    np.testing.assert_array_equal(picture.z, IMAGE)
    assert np.isnan(values_of(figure, "The image")).all()
    assert outline.mode == "lines"
    assert len(outline.x) == count * 3 * 2 * (12 + 3)


def test_outline_goes_around_the_pixels_that_are_half_ink() -> None:
    figure = attribution_figure(IMAGE, {"Occlusion": IMAGE})
    outline = figure.data[2]
    lines = np.stack([outline.x, outline.y], axis=1).reshape(-1, 3, 2)
    assert len(lines) == 2 * (12 + 3)
    assert np.isnan(lines[:, 2]).all()
    assert np.abs(np.diff(lines[:, :2], axis=1)).sum(axis=-1).ravel().tolist() == [1] * 30
    top, left = tile_of(figure, "Occlusion")
    points = lines[:, :2].reshape(-1, 2) - (left, top)
    assert points.min(axis=0).tolist() == [12.5, 7.5]
    assert points.max(axis=0).tolist() == [15.5, 19.5]
    # Within, at a third of ink and outside, nothing is drawn.
    assert len(attribution_figure(IMAGE / 3, {"Occlusion": IMAGE}).data[2].x) == 0


def test_hover_text_has_place_ink_and_attribution() -> None:
    figure = attribution_figure(IMAGE, dict.fromkeys(NAMES, IMAGE * 3), columns=2)
    heatmap, picture, _ = figure.data
    for name in NAMES:
        top, left = tile_of(figure, name)
        about = heatmap.customdata[top : top + 28, left : left + 28]
        assert about[9, 14].tolist() == [3, 9, 14, 1]
        assert about[0, 27].tolist() == [0, 0, 27, 0]
    for part in ("row %{customdata[1]}", "column %{customdata[2]}", "%{customdata[0]:+.4f}"):
        assert part in heatmap.hovertemplate
    assert "%{customdata[3]:.2f}" in heatmap.hovertemplate
    assert "%{z:.3f}" in picture.hovertemplate
    assert not heatmap.hoverongaps


@pytest.mark.parametrize("value", [0, np.nan])
def test_flat_and_undefined_values_are_drawn_without_an_error(value: float) -> None:
    undefined = np.full((28, 28), value, np.float32)
    figure = attribution_figure(IMAGE, {"Occlusion": undefined, "Grad-CAM": IMAGE})
    np.testing.assert_array_equal(values_of(figure, "Occlusion"), undefined)
    np.testing.assert_array_equal(values_of(figure, "Grad-CAM"), IMAGE)


@pytest.mark.parametrize(("columns", "width"), [(3, 800), (3, 640), (2, 350), (2, 300)])
def test_pixels_are_square_and_names_fit(columns: int, width: int) -> None:
    figure = attribution_figure(IMAGE, dict.fromkeys(NAMES, IMAGE), columns, width)
    left, right = figure.layout.xaxis.range
    bottom, top = figure.layout.yaxis.range
    pixels = (width - 16) / (right - left)
    assert figure.layout.height - 16 == pytest.approx((bottom - top) * pixels, abs=1)
    lines = sorted({round(label.y + 0.5) for label in figure.layout.annotations})
    assert len(lines) == -(-5 // columns)
    for above, below in zip([top - 28, *lines], lines, strict=False):
        assert (below - above - 28) * pixels >= 22
