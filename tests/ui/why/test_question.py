"""The question that the Why page explains."""

import pytest

from mnistviz.ui.why.question import Question


@pytest.mark.parametrize(("against", "text"), [(6, "7 and not 6"), (0, "7 and not 0"), (None, "7")])
def test_a_question_names_its_digits(against: int | None, text: str) -> None:
    assert Question(7, against).text == text
