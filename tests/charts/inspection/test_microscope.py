"""The squares of a trace."""

import numpy as np

from mnistviz.charts.inspection.microscope import receptive_fields_figure


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
