"""The table of strangers' digits: scores, groups and numbers."""

import numpy as np
import pytest

from benchmarks import wild


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [("", "", 0), ("123", "123", 0), ("123", "13", 1), ("123", "1923", 1), ("14", "41", 2)],
)
def test_the_edit_distance_counts_characters(first: str, second: str, distance: int) -> None:
    assert wild.edit_distance(first, second) == distance


def test_a_picture_is_small_or_large_for_its_kind() -> None:
    assert wild.kind_of("screen", "32x20") == "screen, up to 32 px"
    assert wild.kind_of("screen", "33x20") == "screen, over 32 px"
    assert wild.kind_of("paper", "90x100") == "paper, up to 100 px"


def test_refused_digits_are_wrong_and_bad_groups_are_listed() -> None:
    digits = wild.Digits(
        images=np.zeros((20, 28, 28), np.float32),
        labels=np.full(20, 3),
        groups=np.repeat(["a", "b"], 10),
        rows=np.full(20, "screen"),
        hard=np.arange(20) == 19,
    )
    guesses = np.full(20, 3)
    guesses[:3] = 5
    refused = np.arange(20) == 10
    found = wild.digit_scores(digits, guesses, refused)
    assert found["rows"]["screen"] == {
        "count": 19,
        "right": round(15 / 19, 4),
        "refused": round(1 / 19, 4),
        "guessed": round(16 / 19, 4),
    }
    assert found["rows"]["hard"]["count"] == 1
    assert list(found["low_groups"]) == ["screen: a"]
    assert found["groups"]["screen"]["right"] == pytest.approx((0.7 + 8 / 9) / 2, abs=1e-4)
    assert list(found["refused_groups"]) == ["screen: b"]
    assert "over 5% refused: screen: b, 11.1% of 9" in wild.table({"photos": found})
    assert "under 80%" in wild.table({"photos": found})
