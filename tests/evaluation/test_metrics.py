"""Scores of each digit and top-k accuracies, worked out by hand."""

import math

import numpy as np
import pytest

from mnistviz.evaluation.metrics import class_scores, top_k


def test_class_scores_by_hand() -> None:
    labels = np.array([0, 0, 0, 1, 9], np.uint8)
    answers = np.array([0, 0, 1, 1, 0])
    rows = class_scores(labels, answers)
    assert [row.digit for row in rows] == list(range(10))
    assert [row.images for row in rows] == [3, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (rows[0].precision, rows[0].recall) == pytest.approx((2 / 3, 2 / 3))
    assert (rows[1].precision, rows[1].recall) == (0.5, 1.0)
    assert rows[1].f1 == pytest.approx(2 / 3)
    # No image was read as 9: no precision. No image is a 2: no recall.
    assert math.isnan(rows[9].precision)
    assert rows[9].recall == 0
    assert math.isnan(rows[2].recall)


def test_top_k_accuracies_by_hand() -> None:
    logits = np.zeros((3, 10), np.float32)
    logits[0, [4, 7]] = 2, 1
    logits[1, [4, 7]] = 2, 1
    logits[2, [4, 7, 0]] = 3, 2, 1
    accuracies = top_k(logits, np.array([4, 7, 0], np.uint8))
    np.testing.assert_allclose(accuracies[:3], [1 / 3, 2 / 3, 1])
    assert accuracies[-1] == 1


def test_of_equal_logits_the_smaller_digit_ranks_first() -> None:
    logits = np.zeros((2, 10), np.float32)
    accuracies = top_k(logits, np.array([0, 9], np.uint8))
    assert accuracies[0] == (logits.argmax(axis=1) == [0, 9]).mean()
    assert accuracies[8] == 0.5
