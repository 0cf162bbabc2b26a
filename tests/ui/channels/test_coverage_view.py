"""The patterns that a layer covers, in words."""

import pytest

from mnistviz.core.types.inspection import PATTERNS
from mnistviz.core.types.studies import MeanCoverage
from mnistviz.ui.channels.coverage_view import coverage_text, in_question


def coverage(channels: int, count: int = 2, of: str = "") -> MeanCoverage:
    ones = (1.0,) * len(PATTERNS)
    return MeanCoverage(channels, count, ones, ones, ones, of)


@pytest.mark.parametrize(
    ("widths", "expected"),
    [([4, 8, 20, 64], [8, 20]), ([4, 8, 64], [4, 64]), ([5], [5]), ([], [])],
)
def test_sentences_are_on_the_widths_in_question_or_else_the_extremes(
    widths: list[int], expected: list[int]
) -> None:
    chosen = in_question([coverage(width) for width in widths])
    assert [one.channels for one in chosen] == expected


@pytest.mark.parametrize(
    ("count", "of", "networks"),
    [(2, "", "means of 2 networks"), (1, "best", "best"), (1, "", "one network")],
)
def test_a_sentence_names_the_networks(count: int, of: str, networks: str) -> None:
    assert coverage_text(coverage(20, count, of)) == (
        "20 channels: **8.0 of 8** gradient directions, **4.0 of 4** lines, "
        f"**3.0 of 3** textures ({networks})."
    )
