"""Intervals, classes and the k likeliest, against sums by hand."""

import math

import numpy as np
import pytest

from mnistviz.evaluation.metrics import class_scores, interval, top_k


@pytest.mark.parametrize(("right", "images"), [(9_952, 10_000), (0, 40), (40, 40), (1, 2)])
def test_the_interval_is_wilsons(right: int, images: int) -> None:
    z = 1.959963984540054
    share = right / images
    middle = (share + z**2 / (2 * images)) / (1 + z**2 / images)
    half = (
        z / (1 + z**2 / images) * math.sqrt(share * (1 - share) / images + z**2 / (4 * images**2))
    )
    assert interval(right, images) == pytest.approx((middle - half, middle + half), abs=1e-12)


def test_of_no_images_nothing_is_known() -> None:
    assert interval(0, 0) == (0.0, 1.0)


def test_classes_by_hand() -> None:
    labels = np.array([0, 0, 0, 1, 9], np.uint8)
    answers = np.array([0, 0, 1, 1, 0])
    rows = class_scores(labels, answers)
    assert [row.digit for row in rows] == list(range(10))
    assert [row.images for row in rows] == [3, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (rows[0].precision, rows[0].recall) == pytest.approx((2 / 3, 2 / 3))
    assert (rows[1].precision, rows[1].recall) == (0.5, 1.0)
    assert rows[1].f1 == pytest.approx(2 / 3)
    # Nothing was read as 9, so there is no precision; nothing is a 2, so there is no recall.
    assert math.isnan(rows[9].precision)
    assert rows[9].recall == 0
    assert math.isnan(rows[2].recall)


def test_top_k_counts_the_labels_among_the_k_likeliest() -> None:
    logits = np.zeros((3, 10), np.float32)
    logits[0, [4, 7]] = 2, 1
    logits[1, [4, 7]] = 2, 1
    logits[2, [4, 7, 0]] = 3, 2, 1
    found = top_k(logits, np.array([4, 7, 0], np.uint8))
    np.testing.assert_allclose(found[:3], [1 / 3, 2 / 3, 1])
    assert found[-1] == 1


def test_the_first_of_equal_logits_is_the_answer_there_as_everywhere() -> None:
    logits = np.zeros((2, 10), np.float32)
    found = top_k(logits, np.array([0, 9], np.uint8))
    assert found[0] == (logits.argmax(axis=1) == [0, 9]).mean()
    assert found[8] == 0.5
