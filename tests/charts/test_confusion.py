"""The confusion matrix: its counts, and that mistakes stand out."""

import numpy as np

from mnistviz.charts.confusion import POWER, confusion_matrix


def test_every_count_is_there_and_colours_are_of_mistakes_alone() -> None:
    counts = np.diag(np.full(10, 90)).astype(np.int64)
    counts[3, 5] = 10
    diagonal, mistakes, numbers = confusion_matrix(counts).data
    np.testing.assert_array_equal(numbers.z, counts)
    assert numbers.text[3][5] == "10"
    assert numbers.text[5][3] == ""
    assert np.isnan(np.diag(mistakes.z)).all()
    assert mistakes.z[3, 5] == (10 / 100) ** POWER
    assert np.nansum(mistakes.z) == mistakes.z[3, 5]
    np.testing.assert_array_equal(np.isnan(diagonal.z), ~np.eye(10, dtype=bool))


def test_a_class_without_images_is_no_error() -> None:
    counts = np.zeros((10, 10), np.int64)
    _, mistakes, numbers = confusion_matrix(counts).data
    assert np.nanmax(mistakes.z) == 0
    np.testing.assert_array_equal(numbers.customdata, np.zeros((10, 10)))
