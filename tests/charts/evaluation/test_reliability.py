"""Reliability diagrams and refusal curves."""

import numpy as np

from mnistviz.charts.evaluation.reliability import (
    few_points,
    reliability_figure,
    selective_accuracy_figure,
)


def test_each_bin_with_images_has_a_point() -> None:
    confidence = np.array([np.nan, 0.6, 0.95])
    accuracy = np.array([np.nan, 0.5, 0.99])
    line, points = reliability_figure(
        [("as it is", confidence, accuracy, np.array([0, 10, 990]))]
    ).data
    assert (list(line.x), list(line.y)) == ([0, 100], [0, 100])
    np.testing.assert_allclose(points.x, [60, 95])
    np.testing.assert_allclose(points.y, [50, 99])
    assert list(points.customdata) == [10, 990]
    assert points.marker.size[0] < points.marker.size[1]


def test_few_points_of_a_long_curve_include_its_start_and_end() -> None:
    chosen = few_points(10_000)
    assert chosen[:50].tolist() == list(range(50))
    assert chosen[-1] == 9_999
    assert len(chosen) <= 400
    assert few_points(3).tolist() == [0, 1, 2]


def test_refusals_are_in_percent() -> None:
    (line,) = selective_accuracy_figure(
        [("as it is", np.array([0, 0.5]), np.array([0.9, 1.0]))]
    ).data
    np.testing.assert_allclose(line.x, [0, 50])
    np.testing.assert_allclose(line.y, [90, 100])
