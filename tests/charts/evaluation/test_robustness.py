"""Robustness curves."""

import numpy as np

from mnistviz.charts.evaluation.robustness import robustness_figure


def test_each_network_has_a_line_in_percent_and_the_level_a_vertical_one() -> None:
    figure = robustness_figure(
        [("one", [0, 1], [1.0, 0.5]), ("two", [0, 1], [0.9, 0.1])], "pixels", 0.5, (-1.6, 1.6)
    )
    assert [line.name for line in figure.data] == ["one", "two"]
    np.testing.assert_allclose(figure.data[1].y, [90, 10])
    assert figure.data[0].line.color != figure.data[1].line.color
    band, dial, guessing = figure.layout.shapes
    assert (band.x0, band.x1) == (-1.6, 1.6)
    assert dial.x0 == dial.x1 == 0.5
    assert guessing.y0 == 10
