"""The table of runs: its filters."""

import pytest

from mnistviz.runs import metadata
from mnistviz.runs.run_summary import summarise
from mnistviz.ui.runs.runs_table import filtered
from tests.helpers.made_runs import EIGHT, make_run


@pytest.mark.parametrize(
    ("words", "choices", "expected"),
    [
        ("", {}, ["ten", "eight"]),
        ("", {"Recipe": [], "Channels": []}, ["ten", "eight"]),
        ("", {"Channels": ["8/16/32"]}, ["eight"]),
        ("", {"Channels": ["8/16/32", "10/15/20"], "State": ["finished"]}, ["ten", "eight"]),
        ("", {"Channels": ["8/16/32"], "State": ["running"]}, []),
        ("SEVENS 10/15", {}, ["ten"]),
        ("sevens", {"Channels": ["8/16/32"]}, []),
    ],
)
def test_runs_pass_that_have_all_words_and_a_chosen_value_of_each_filter(
    words: str, choices: dict[str, list[str]], expected: list[str]
) -> None:
    runs = [metadata.annotate(make_run("ten"), "good with sevens"), make_run("eight", model=EIGHT)]
    passed = filtered([summarise(run) for run in runs], words, choices)
    assert [summary.run.name for summary in passed] == expected
