"""A set with its answers: which are wrong, what is in a cell, and the table for elsewhere."""

import csv
import io

import numpy as np
import pytest

from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation.predictions import (
    Answers,
    answers_of,
    as_csv,
    digest_of,
    errors_of,
    in_cell,
)
from mnistviz.evaluation.scoring import probabilities


def four() -> Answers:
    """Images of 3, 3, 8, 0, read as 3, 8, 3, 3: ever surer."""
    logits = np.zeros((4, 10), np.float32)
    for number, (answer, height) in enumerate([(3, 1), (8, 2), (3, 3), (3, 4)]):
        logits[number, answer] = height
    labels = np.array([3, 3, 8, 0], np.uint8)
    return answers_of(LabelledSet("four", np.zeros((4, 28, 28), np.uint8), labels), logits)


def test_errors_are_in_descending_order_of_confidence() -> None:
    found = four()
    assert found.right.tolist() == [True, False, False, False]
    assert errors_of(found).tolist() == [3, 2, 1]


def test_a_cell_has_only_its_images() -> None:
    found = four()
    assert in_cell(found, 3, 8).tolist() == [1]
    assert in_cell(found, 0, 3).tolist() == [3]
    assert in_cell(found, 8, 8).tolist() == []


def test_correct_answers_are_in_ascending_order_of_confidence() -> None:
    found = four()
    again = answers_of(
        LabelledSet("all right", found.data.images, found.answers.astype(np.uint8)), found.logits
    )
    assert in_cell(again, 3, 3).tolist() == [0, 2, 3]


def test_a_temperature_lowers_probabilities_and_keeps_the_answers() -> None:
    logits = four().logits
    hard, soft = probabilities(logits), probabilities(logits, 2.0)
    np.testing.assert_allclose(soft.sum(axis=1), 1)
    np.testing.assert_array_equal(hard.argmax(axis=1), soft.argmax(axis=1))
    np.testing.assert_allclose(soft, probabilities(logits / 2))
    assert (soft.max(axis=1) < hard.max(axis=1)).all()


@pytest.mark.parametrize("temperature", [None, 1.5])
def test_the_table_has_a_line_for_each_image(temperature: float | None) -> None:
    plain = four()
    found = answers_of(plain.data, plain.logits, temperature)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["image"] for row in rows] == ["0", "1", "2", "3"]
    assert [(row["label"], row["answer"], row["right"]) for row in rows] == [
        ("3", "3", "1"),
        ("3", "8", "0"),
        ("8", "3", "0"),
        ("0", "3", "0"),
    ]
    shares = [[float(row[f"probability_{digit}"]) for digit in range(10)] for row in rows]
    expected = probabilities(found.logits, temperature or 1)
    np.testing.assert_allclose(shares, expected, rtol=1e-5)
    np.testing.assert_allclose(found.confidence, expected.max(axis=1))
    np.testing.assert_allclose(found.probabilities(np.array([2])), expected[2:3])


def test_the_digest_depends_on_the_images() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    other = images.copy()
    other[1, 27, 27] = 1
    assert digest_of(images) == digest_of(images.copy())
    assert digest_of(images) != digest_of(other)
    # A view of another set, not the memory that lies behind it.
    assert digest_of(other[::-1]) == digest_of(other[::-1].copy())
