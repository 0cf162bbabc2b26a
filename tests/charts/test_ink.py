"""Ink of any size, and its frame."""

import numpy as np

from mnistviz.charts.ink import MAX_VALUES, ink_figure


def test_small_ink_is_shown_value_by_value() -> None:
    ink = np.random.default_rng(0).random((20, 13)).astype(np.float32)
    figure = ink_figure(ink, None, height=99)
    (heatmap,) = figure.data
    np.testing.assert_array_equal(heatmap.z, ink)
    assert not figure.layout.shapes
    assert figure.layout.height == 99


def test_large_ink_is_thinned_and_keeps_its_coordinates() -> None:
    ink = np.random.default_rng(0).random((300, 500)).astype(np.float32)
    (heatmap,) = ink_figure(ink, None).data
    assert max(heatmap.z.shape) <= MAX_VALUES
    row, column = 7, 31
    assert heatmap.z[row, column] == ink[heatmap.y[row], heatmap.x[column]]


def test_frame_is_at_the_box() -> None:
    (frame,) = ink_figure(np.ones((50, 50), np.float32), (5, 6, 30, 40)).layout.shapes
    assert (frame.x0, frame.y0, frame.x1, frame.y1) == (5, 6, 30, 40)
