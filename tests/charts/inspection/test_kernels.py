"""Kernels: every kernel of a layer with its exact weights."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mnistviz.charts.inspection.kernels import (
    kernel_figure,
    kernel_matrix_figure,
    kernel_row_figure,
)
from mnistviz.core.types.charts import Scope

CHANNELS = [1, 5, 8, 20, 32]


def random_kernel(size: int, num_inputs: int, num_outputs: int) -> np.ndarray:
    generator = np.random.default_rng([size, num_inputs, num_outputs])
    return generator.normal(size=(size, size, num_inputs, num_outputs)).astype(np.float32)


def tiles_shown(figure: go.Figure, size: int) -> dict[tuple[int, int], np.ndarray]:
    """What the heatmap shows around each point of the overlay, by the point's channels."""
    heatmap, points = figure.data
    reach = (size - 1) / 2
    tiles = {}
    for x, y, key in zip(points.x, points.y, points.customdata, strict=True):
        rows = slice(int(y - reach), int(y + reach) + 1)
        tiles[tuple(key)] = heatmap.z[rows, int(x - reach) : int(x + reach) + 1]
    return tiles


@pytest.mark.parametrize("num_outputs", CHANNELS)
@pytest.mark.parametrize(("size", "num_inputs"), [(3, 2), (1, 20), (7, 10), (3, 1)])
def test_every_kernel_is_shown_once_with_its_click_point(
    size: int, num_inputs: int, num_outputs: int
) -> None:
    kernel = random_kernel(size, num_inputs, num_outputs)
    figure = kernel_matrix_figure(kernel, "layer", 1.0)
    tiles = tiles_shown(figure, size)
    assert len(tiles) == num_inputs * num_outputs
    assert np.isfinite(figure.data[0].z).sum() == kernel.size
    largest = np.abs(kernel).max()
    for (i, o), tile in tiles.items():
        np.testing.assert_allclose(tile * largest, kernel[:, :, i, o], rtol=1e-6)


@pytest.mark.parametrize(("size", "num_inputs"), [(3, 2), (3, 1), (1, 4)])
def test_hover_text_has_channels_and_weights(size: int, num_inputs: int) -> None:
    kernel = random_kernel(size, num_inputs, 5)
    points = kernel_matrix_figure(kernel, "layer", 1.0).data[1]
    assert points.hovertemplate == "%{text}<extra></extra>"
    for (i, o), text in zip(points.customdata, points.text, strict=True):
        name, *lines = text.split("<br>")
        expected = (
            f"<b>channel {o}</b>"
            if num_inputs == 1
            else f"<b>output channel {o}, input channel {i}</b>"
        )
        assert name == expected
        weights = [[float(word) for word in line.split()] for line in lines]
        np.testing.assert_allclose(weights, kernel[:, :, i, o], atol=5.1e-5)


def test_rows_columns_and_labels_follow_the_order() -> None:
    kernel = random_kernel(3, 4, 3)
    figure = kernel_matrix_figure(kernel, "layer", 1.0, order=([2, 0, 3, 1], [1, 2, 0]))
    tiles = tiles_shown(figure, 3)
    for (i, o), tile in tiles.items():
        np.testing.assert_allclose(tile * np.abs(kernel).max(), kernel[:, :, i, o], rtol=1e-6)
    xs = {key[1]: x for x, key in zip(figure.data[1].x, figure.data[1].customdata, strict=True)}
    ys = {key[0]: y for y, key in zip(figure.data[1].y, figure.data[1].customdata, strict=True)}
    assert sorted(xs, key=xs.__getitem__) == [1, 2, 0]
    assert sorted(ys, key=ys.__getitem__) == [2, 0, 3, 1]
    for axis, places in ((figure.layout.xaxis, xs), (figure.layout.yaxis, ys)):
        labels = dict(zip(map(int, axis.ticktext), axis.tickvals, strict=True))
        assert labels == places


def test_axes_name_what_rows_and_columns_are() -> None:
    figure = kernel_matrix_figure(random_kernel(7, 2, 10), "layer", 1.0, output_name="digit")
    assert figure.layout.xaxis.title.text == "digit"
    assert figure.layout.yaxis.title.text == "input channel"
    assert figure.data[1].text[0].startswith("<b>digit 0, input channel 0</b>")


@pytest.mark.parametrize("num_inputs", [1, 3])
def test_chosen_kernel_is_framed(num_inputs: int) -> None:
    kernel = random_kernel(3, num_inputs, 8)
    figure = kernel_matrix_figure(kernel, "layer", 1.0, chosen=(num_inputs - 1, 6))
    (frame,) = figure.layout.shapes
    keys = [tuple(key) for key in figure.data[1].customdata]
    number = keys.index((num_inputs - 1, 6))
    assert (frame.x0 + frame.x1) / 2 == figure.data[1].x[number]
    assert (frame.y0 + frame.y1) / 2 == figure.data[1].y[number]
    assert frame.x1 - frame.x0 == frame.y1 - frame.y0 == 3


@pytest.mark.parametrize("num_outputs", CHANNELS)
def test_layer_with_one_input_numbers_its_tiles(num_outputs: int) -> None:
    figure = kernel_matrix_figure(random_kernel(3, 1, num_outputs), "layer", 1.0)
    labels = [label.text for label in figure.layout.annotations]
    assert labels == [str(number) for number in range(num_outputs)]


@pytest.mark.parametrize("num_inputs", [1, 3])
@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_scope_sets_the_value_of_full_colour(scope: Scope, num_inputs: int) -> None:
    kernel = random_kernel(3, num_inputs, 8)
    for (i, o), tile in tiles_shown(kernel_matrix_figure(kernel, scope, 10.0), 3).items():
        weights = kernel[:, :, i, o]
        ends = {"tile": np.abs(weights).max(), "layer": np.abs(kernel).max(), "all": 10.0}
        np.testing.assert_allclose(tile, weights / ends[scope], rtol=1e-6)


def test_scale_is_symmetric_with_neutral_zero() -> None:
    kernel = np.array([[[[2, -1]]]], np.float32)
    heatmap = kernel_matrix_figure(kernel, "layer", 2.0).data[0]
    assert heatmap.zmin == -heatmap.zmax == -1
    assert heatmap.z[np.isfinite(heatmap.z)].tolist() == [1, -0.5]
    middle, colour = heatmap.colorscale[len(heatmap.colorscale) // 2]
    assert (middle, colour) == (0.5, "#f6f5f1")


@pytest.mark.parametrize("num_inputs", [1, 2])
@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_kernel_of_zeros_is_neutral(scope: Scope, num_inputs: int) -> None:
    heatmap = kernel_matrix_figure(np.zeros((3, 3, num_inputs, 5), np.float32), scope, 0.0).data[0]
    shown = heatmap.z[np.isfinite(heatmap.z)]
    assert shown.size == 9 * num_inputs * 5
    assert not shown.any()


@pytest.mark.parametrize("scope", ["tile", "layer"])
def test_weight_of_nan_does_not_change_other_weights(scope: Scope) -> None:
    kernel = random_kernel(3, 2, 2)
    kernel[1, 1, 0, 1] = np.nan
    heatmap = kernel_matrix_figure(kernel, scope, 1.0).data[0]
    assert np.isfinite(heatmap.z).sum() == kernel.size - 1
    assert np.nanmax(np.abs(heatmap.z)) == 1


@pytest.mark.parametrize("size", [1, 3, 7])
def test_one_kernel_has_its_numbers_written_into_it(size: int) -> None:
    weights = random_kernel(size, 1, 1)[:, :, 0, 0]
    figure = kernel_figure(weights, float(np.abs(weights).max()))
    np.testing.assert_array_equal(figure.data[0].z, weights)
    assert len(figure.layout.annotations) == weights.size
    for label in figure.layout.annotations:
        number = float(label.text.replace("−", "-"))
        assert number == pytest.approx(weights[int(label.y), int(label.x)], abs=6e-3)


def test_kernels_of_zeros_and_of_nan_are_drawn() -> None:
    for value in (0.0, np.nan):
        weights = np.full((3, 3), value, np.float32)
        figure = kernel_figure(weights, 0.0)
        assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)


@pytest.mark.parametrize("width", [350, 800])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_row_has_every_kernel(count: int, width: int) -> None:
    kernels = np.moveaxis(random_kernel(3, 1, count)[:, :, 0], 2, 0)
    figure = kernel_row_figure(kernels, [f"k{n}" for n in range(count)], width)
    assert np.isfinite(figure.data[0].z).sum() == kernels.size
    assert [label.text for label in figure.layout.annotations] == [f"k{n}" for n in range(count)]
    assert len(figure.data[1].x) == count


@pytest.mark.parametrize(("width", "beside", "below"), [(800, 2, 2), (350, 4, 3)])
def test_axes_of_a_large_layer_have_only_the_numbers_that_fit(
    width: int, beside: int, below: int
) -> None:
    figure = kernel_matrix_figure(random_kernel(3, 64, 64), "layer", 1.0, width, chosen=(63, 0))
    assert len(figure.data[1].x) == 64 * 64
    assert list(map(int, figure.layout.xaxis.ticktext)) == [*range(0, 64, beside)]
    assert list(map(int, figure.layout.yaxis.ticktext)) == [*range(0, 64, below)]
    (frame,) = figure.layout.shapes
    assert frame.line.width == 1


@pytest.mark.parametrize(("width", "rows"), [(800, 4), (350, 13)])
def test_many_kernels_of_one_input_fill_the_width_of_the_page(width: int, rows: int) -> None:
    figure = kernel_matrix_figure(random_kernel(3, 1, 64), "layer", 1.0, width)
    assert len(set(figure.data[1].y)) == rows
