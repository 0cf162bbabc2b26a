"""The table of refused answers."""

import numpy as np
import pytest

from mnistviz.ui.evaluate.trust_view import REFUSED, refusal_rows


def test_the_least_sure_answers_are_refused_first() -> None:
    confidence = np.linspace(0.5, 1, 1_000)
    right = np.ones(1_000, bool)
    right[[0, 3, 30, 999]] = False
    rows = refusal_rows(confidence[::-1], right[::-1])
    assert [row["refused"] for row in rows] == [f"{share:.1%}" for share in REFUSED]
    assert [row["mistakes left"] for row in rows] == [4, 3, 2, 2, 2, 1]
    assert [row["if less sure than"] for row in rows[:2]] == [0.0, pytest.approx(50.1, abs=0.01)]
    assert rows[-1]["right of those answered"] == pytest.approx(100 * 949 / 950)


def test_one_answer_is_never_refused() -> None:
    rows = refusal_rows(np.array([0.9]), np.array([True]))
    assert [row["mistakes left"] for row in rows] == [0] * len(REFUSED)
