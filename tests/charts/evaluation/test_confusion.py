"""The confusion matrix: its counts, colours and click points."""

import numpy as np

from mnistviz.charts.evaluation.confusion import POWER, clickable_confusion_figure, confusion_figure


def test_every_count_is_shown_and_only_mistakes_have_shares() -> None:
    counts = np.diag(np.full(10, 90)).astype(np.int64)
    counts[3, 5] = 10
    diagonal, mistakes, numbers = confusion_figure(counts).data
    np.testing.assert_array_equal(numbers.z, counts)
    assert numbers.text[3][5] == "10"
    assert numbers.text[5][3] == ""
    assert np.isnan(np.diag(mistakes.z)).all()
    assert mistakes.z[3, 5] == (10 / 100) ** POWER
    assert np.nansum(mistakes.z) == mistakes.z[3, 5]
    np.testing.assert_array_equal(np.isnan(diagonal.z), ~np.eye(10, dtype=bool))


def test_class_without_images_is_no_error() -> None:
    counts = np.zeros((10, 10), np.int64)
    _, mistakes, numbers = confusion_figure(counts).data
    assert np.nanmax(mistakes.z) == 0
    np.testing.assert_array_equal(numbers.customdata, np.zeros((10, 10)))


def test_custom_data_of_a_cell_are_label_and_answer_and_the_chosen_one_has_a_frame() -> None:
    counts = np.diag(np.full(10, 90)).astype(np.int64)
    counts[3, 5] = 10
    figure = clickable_confusion_figure(counts, (3, 5))
    points = figure.data[-1]
    assert len(points.customdata) == 100
    place = 3 * 10 + 5
    assert points.customdata[place] == [3, 5]
    assert (points.x[place], points.y[place]) == (5, 3)
    assert points.text[place] == "3, read as 5: <b>10</b> images, 10.00% of the 3s"
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (4.5, 5.5, 2.5, 3.5)
