"""Charts of one channel: values, exciting images, patches."""

import numpy as np
import pytest

from mnistviz.charts.inspection.channels import (
    digit_activity_figure,
    exciting_images_figure,
    histogram_figure,
    large_map_figure,
    patches_figure,
)


def random_values(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_large_map_has_the_exact_values() -> None:
    values = random_values(7, 7)
    heatmap = large_map_figure(values, signed=True).data[0]
    np.testing.assert_array_equal(heatmap.z, values)
    assert heatmap.zmax == -heatmap.zmin == pytest.approx(np.abs(values).max())
    assert large_map_figure(np.abs(values), signed=False, largest=9.0).data[0].zmax == 9
    assert large_map_figure(np.abs(values), signed=False).data[0].zmin == 0


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_maps_of_zeros_and_of_nan_are_drawn(value: float) -> None:
    values = np.full((5, 5), value, np.float32)
    assert large_map_figure(values, signed=False).data[0].zmax == 1
    assert sum(histogram_figure(values).data[0].y) == 0


def test_histogram_counts_every_value_and_its_text_the_zeros() -> None:
    values = np.maximum(random_values(26, 26), 0)
    figure = histogram_figure(values)
    zeros = int((values == 0).sum())
    assert sum(figure.data[0].y) == values.size - zeros
    (label,) = figure.layout.annotations
    assert label.text == f"{zeros} of 676 values are exactly 0"
    assert not histogram_figure(random_values(26, 26)).layout.annotations
    for x, width, count in zip(
        figure.data[0].x, figure.data[0].width, figure.data[0].y, strict=True
    ):
        inside = (values > x - width / 2) & (values < x + width / 2) & (values > 0)
        assert inside.sum() == pytest.approx(count, abs=1)


def test_digit_with_the_highest_mean_has_another_colour() -> None:
    mean = np.arange(10, dtype=np.float32) % 7
    bars = digit_activity_figure(np.linspace(0, 1, 10, dtype=np.float32), mean).data[0]
    np.testing.assert_array_equal(bars.y, mean)
    assert [number for number, c in enumerate(bars.marker.color) if c != bars.marker.color[0]] == [
        6
    ]
    np.testing.assert_allclose(bars.customdata, np.linspace(0, 1, 10), rtol=1e-6)


@pytest.mark.parametrize("width", [350, 800])
@pytest.mark.parametrize("count", [1, 5, 12])
def test_each_image_has_its_frame_and_key(count: int, width: int) -> None:
    images = np.abs(random_values(count, 28, 28))
    squares = [(number, 2 * number, 5) for number in range(count)]
    names = [str(number) for number in range(count)]
    keys = [100 + number for number in range(count)]
    figure = exciting_images_figure(images, squares, names, names, keys, width)
    points = figure.data[1]
    assert list(points.customdata) == keys
    assert len(figure.layout.shapes) == count
    for x, y, shape, (top, left, size), image in zip(
        points.x, points.y, figure.layout.shapes, squares, images, strict=True
    ):
        first_column, first_row = int(x - 13.5), int(y - 13.5)
        assert (shape.x0 - first_column, shape.y0 - first_row) == (left - 0.5, top - 0.5)
        assert shape.x1 - shape.x0 == shape.y1 - shape.y0 == size
        shown = figure.data[0].z[first_row : first_row + 28, first_column : first_column + 28]
        np.testing.assert_array_equal(shown, image)


@pytest.mark.parametrize("size", [3, 7, 16])
def test_each_patch_is_shown_with_a_frame(size: int) -> None:
    cut = np.abs(random_values(12, size, size))
    names = [str(number) for number in range(12)]
    figure = patches_figure(cut, names, names, list(range(12)), 800)
    assert np.isfinite(figure.data[0].z).sum() == cut.size
    assert len(figure.layout.shapes) == 12
    assert [label.text for label in figure.layout.annotations] == names
