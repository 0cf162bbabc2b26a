"""The finding on a set, and the most frequent mix-ups of a confusion matrix."""

import numpy as np
import pytest

from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation.predictions import Answers, answers_of
from mnistviz.runs import registry
from mnistviz.ui.evaluate.score_view import NUM_MIX_UPS, finding_of, most_frequent_mix_ups


def test_mix_ups_are_sorted_by_their_number_of_images() -> None:
    confusion = np.diag(np.full(10, 100))
    confusion[4, 9], confusion[7, 2], confusion[0, 6] = 5, 8, 5
    # Equal numbers are in the order of the matrix.
    assert most_frequent_mix_ups(confusion) == [(7, 2), (0, 6), (4, 9)]


def test_the_number_of_mix_ups_is_limited() -> None:
    confusion = np.arange(100).reshape(10, 10)
    mix_ups = most_frequent_mix_ups(confusion)
    assert len(mix_ups) == NUM_MIX_UPS
    assert mix_ups[0] == (9, 8)


def test_without_a_mistake_there_is_no_mix_up() -> None:
    assert most_frequent_mix_ups(np.eye(10, dtype=np.int64)) == []


def answers(*pairs: tuple[int, int, float]) -> Answers:
    """Answers to images, each as (label, answer, logit of the answer); the others are 0."""
    logits = np.zeros((len(pairs), 10), np.float32)
    for row, (_, answer, logit) in zip(logits, pairs, strict=True):
        row[answer] = logit
    labels = np.array([label for label, *_ in pairs], np.uint8)
    return answers_of(LabelledSet("mine", np.zeros((len(pairs), 28, 28), np.uint8), labels), logits)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answers((1, 1, 9), (2, 2, 9)), "**best reads 2 of 2 images right.**"),
        (
            # A logit of 9 is sure, one of 1 is not.
            answers((1, 1, 9), (4, 9, 9), (4, 9, 1), (8, 0, 1)),
            "**best reads 1 of 4 images right.** Most often it takes a 4 for a 9: 2 times. In 1 of "
            "its 3 mistakes it was sure, with a probability of 90% or more.",
        ),
    ],
)
def test_the_finding_has_the_mistakes_in_words(found: Answers, expected: str) -> None:
    assert finding_of(registry.find_run("best"), found) == expected
