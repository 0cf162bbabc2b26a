"""The actions on runs: the names in their messages."""

import pytest

from mnistviz.ui.runs.actions import names_text
from tests.helpers.made_runs import small_run


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "r0"), (5, "r0, r1, r2, r3, r4"), (7, "r0, r1, r2, r3, r4 and 2 more")],
)
def test_at_most_five_runs_are_named(count: int, expected: str) -> None:
    assert names_text([small_run(f"r{number}") for number in range(count)]) == expected
