"""The charts of the microscope: their numbers and frames."""

import numpy as np
import pytest

from mnistviz.charts.inspection.microscope import (
    channel_sums_figure,
    clickable_map_figure,
    number_grid_figure,
    receptive_fields_figure,
)


def random_values(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=shape)


@pytest.mark.parametrize("size", [1, 7, 26])
def test_every_value_of_the_map_has_a_click_point_with_its_text(size: int) -> None:
    values = random_values(size, size).astype(np.float32)
    figure = clickable_map_figure(values, (0, size - 1), signed=True)
    heatmap, points = figure.data
    np.testing.assert_array_equal(heatmap.z, values)
    assert len(points.x) == size * size
    for x, y, key, text in zip(points.x, points.y, points.customdata, points.text, strict=True):
        assert tuple(key) == (y, x)
        assert float(text) == pytest.approx(values[y, x], abs=6e-5)
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (size - 1.5, size - 0.5, -0.5, 0.5)


def test_patch_has_a_frame() -> None:
    figure = clickable_map_figure(
        np.zeros((28, 28), np.float32), (4, 9), 3, signed=False, clickable=False
    )
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (8.5, 11.5, 3.5, 6.5)
    assert figure.layout.clickmode is None
    # Without click points, the heatmap has a hover text.
    (heatmap,) = figure.data
    assert "%{z:+.4f}" in heatmap.hovertemplate


@pytest.mark.parametrize(("size", "written"), [(1, 1), (3, 9), (7, 0)])
def test_small_grids_have_their_numbers_written_into_them(size: int, written: int) -> None:
    values = random_values(size, size)
    figure = number_grid_figure(values, float(np.abs(values).max()), 190)
    np.testing.assert_array_equal(figure.data[0].z, values)
    labels = figure.layout.annotations
    assert len(labels) == written
    for label in labels:
        assert float(label.text) == pytest.approx(values[int(label.y), int(label.x)], abs=6e-4)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_flat_and_missing_numbers_are_drawn(value: float) -> None:
    values = np.full((3, 3), value)
    assert number_grid_figure(values, 0.0, 190).data[0].zmax == 1
    assert clickable_map_figure(values.astype(np.float32), (0, 0), signed=False).data[0].zmax == 1


@pytest.mark.parametrize("count", [1, 20, 32])
def test_steps_of_channels_and_bias_add_up_to_the_sum(count: int) -> None:
    sums = random_values(count)
    total = float(sums.sum()) + 0.25
    figure = channel_sums_figure(sums, 0.25, total, chosen=0)
    (steps,) = figure.data
    assert list(steps.measure) == ["relative"] * (count + 1) + ["total"]
    assert list(steps.x) == [*map(str, range(count)), "bias", "sum"]
    relative = steps.y[:-1]
    np.testing.assert_allclose([*sums, 0.25], relative)
    assert sum(relative) == pytest.approx(steps.y[-1]) == pytest.approx(total)
    assert len(figure.layout.shapes) == 1


def test_equal_receptive_fields_are_both_visible() -> None:
    fields = [(0, 0, 28), (2, 4, 16), (2, 4, 16), (9, 9, 1)]
    figure = receptive_fields_figure(np.zeros((28, 28), np.float32), fields, ["a", "b", "c", "d"])
    squares = figure.data[1:]
    assert [square.name for square in squares] == ["a", "b", "c", "d"]
    outlines = [(min(trace.x), max(trace.x), min(trace.y), max(trace.y)) for trace in squares]
    assert outlines[0] == (-0.5, 27.5, -0.5, 27.5)
    assert outlines[1] == (3.5, 19.5, 1.5, 17.5)
    assert outlines[3] == (8.5, 9.5, 8.5, 9.5)
    assert len(set(outlines)) == 4
    assert outlines[2][0] > outlines[1][0]
    assert outlines[2][1] < outlines[1][1]
