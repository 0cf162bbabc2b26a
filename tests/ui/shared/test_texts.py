"""Numbers in texts."""

import pytest

from mnistviz.ui.shared.texts import count_of, number_word


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 images"), (1, "1 image"), (2_000, "2,000 images")]
)
def test_a_number_has_its_noun(number: int, text: str) -> None:
    assert count_of(number, "image") == text


@pytest.mark.parametrize(("number", "word"), [(0, "zero"), (9, "nine"), (10, "10")])
def test_numbers_below_ten_are_words(number: int, word: str) -> None:
    assert number_word(number) == word
