"""The correlation matrix of channels."""

import numpy as np
import pytest

from mnistviz.charts.inspection.correlation import correlation_figure


def test_rows_and_columns_are_in_order_with_their_numbers() -> None:
    correlation = np.array([[1, 0.2, -0.9], [0.2, 1, np.nan], [-0.9, np.nan, 1]])
    figure = correlation_figure(correlation, [1, 2, 0], "channels")
    (heat,) = figure.data
    np.testing.assert_array_equal(heat.z, correlation[[1, 2, 0]][:, [1, 2, 0]])
    assert tuple(heat.customdata[0][2]) == (1, 0)
    assert (heat.zmin, heat.zmax) == (-1, 1)
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "0"]
    assert "channels %{customdata[0]} and %{customdata[1]}" in heat.hovertemplate


@pytest.mark.parametrize(("count", "every"), [(4, 1), (24, 1), (25, 2), (64, 3)])
def test_axes_have_at_most_24_numbers(count: int, every: int) -> None:
    figure = correlation_figure(np.eye(count), list(range(count)), "kernels")
    assert list(figure.layout.xaxis.ticktext) == [str(number) for number in range(0, count, every)]
