"""The misclassified digits, their confusion matrix, and messages about changed digits."""

from datetime import UTC, datetime

import numpy as np
import pytest

from mnistviz.digits.my_digits import Digit
from mnistviz.ui.my_digits.gallery import digits_are, misclassified
from mnistviz.ui.my_digits.scores import confusion_matrix

PROBABILITIES = np.eye(10, dtype=np.float32)[[1, 7, 2]]


def digits(*labels: int) -> list[Digit]:
    image = np.zeros((28, 28), np.uint8)
    return [Digit(str(n), label, image, datetime.now(UTC)) for n, label in enumerate(labels)]


def test_a_digit_without_an_answer_is_not_misclassified() -> None:
    assert misclassified(digits(1, 1, 2), PROBABILITIES).tolist() == [False, True, False]
    unknown = PROBABILITIES.copy()
    unknown[1] = np.nan
    assert not misclassified(digits(1, 1, 2), unknown).any()


def test_rows_of_the_confusion_matrix_are_labels() -> None:
    confusion = confusion_matrix(digits(1, 1, 2), PROBABILITIES)
    assert confusion.sum() == 3
    assert (confusion[1, 1], confusion[1, 7], confusion[2, 2]) == (1, 1, 1)


@pytest.mark.parametrize(("number", "text"), [(1, "1 digit is"), (1_200, "1,200 digits are")])
def test_messages_count_digits(number: int, text: str) -> None:
    assert digits_are(number) == text
