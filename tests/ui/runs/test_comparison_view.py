"""The comparison of runs: its curves, the texts of results, pairs by seed."""

import math
from dataclasses import replace

import pytest

from mnistviz.runs.run_summary import summarise
from mnistviz.studies.run_comparison import PairedDifference
from mnistviz.ui.runs.comparison_view import (
    CurveChoice,
    accuracies_by_seed,
    curves_of,
    curves_text,
    pairs_text,
    result_texts,
)
from tests.helpers.made_runs import EIGHT, SPEC, make_run, small_run


def test_each_run_with_values_has_a_curve() -> None:
    runs = [make_run("first", 0.9), small_run("without a log"), make_run("second", 0.8)]
    summaries = [summarise(run) for run in runs]
    first, second = curves_of(summaries, "accuracy", "validation", None, {})
    assert (first.name, first.training, first.counts) == ("first", False, ())
    assert (first.epochs, first.values) == ((1.0, 2.0), (0.9, 0.9))
    assert second.values == (0.8, 0.8)
    training = curves_of(summaries, "accuracy", "batch", None, {})
    assert [(curve.name, curve.training) for curve in training] == [
        ("first", True),
        ("second", True),
    ]


def test_runs_that_differ_only_in_the_seed_have_a_mean_curve() -> None:
    runs = [
        make_run("one", 0.9),
        make_run("two", 0.8, train=SPEC.changed(seed=1)),
        make_run("eight", 0.7, model=EIGHT),
    ]
    summaries = [summarise(run) for run in runs]
    mean, alone = curves_of(summaries, "accuracy", "validation", "range", {})
    assert (mean.name, alone.name) == ("channels 10/15/20 (n = 2)", "channels 8/16/32 (n = 1)")
    assert mean.values == pytest.approx((0.85, 0.85))
    assert (mean.low, mean.high, mean.counts) == ((0.8, 0.8), (0.9, 0.9), (2, 2))


@pytest.mark.parametrize(
    ("choice", "num_left_out", "expected"),
    [
        (CurveChoice(["validation"]), 0, "A line is a run. Look where"),
        (CurveChoice(["batch"]), 0, "A line is a run. Thin is training"),
        (CurveChoice([], band="range"), 0, "a mean, band from least to greatest over the runs"),
        (CurveChoice([], band="deviation"), 0, "a mean, band ± 1 standard deviation over the runs"),
        (CurveChoice([]), 3, "**3 more are not drawn**"),
    ],
)
def test_the_caption_has_what_a_line_is(
    choice: CurveChoice, num_left_out: int, expected: str
) -> None:
    text = curves_text(choice, num_left_out)
    assert expected in text
    assert ("not drawn" in text) == (num_left_out > 0)


@pytest.mark.parametrize(
    ("first", "second", "number_format", "expected"),
    [
        (0.99, 0.98, ".2%", ("99.00%", "98.00%", "−1.00 points")),
        (None, 0.98, ".2%", ("–", "98.00%", "–")),
        (14_000, 18_050, ",.0f", ("14,000", "18,050", "+4,050")),
        (2.5, 2, ".4g", ("2.5", "2", "-0.5")),
    ],
)
def test_results_have_their_difference(
    first: float | None, second: float, number_format: str, expected: tuple[str, str, str]
) -> None:
    assert result_texts(first, second, number_format) == expected


def test_of_runs_with_one_seed_the_first_finished_one_counts() -> None:
    newest = summarise(make_run("newest", 0.9))
    older = summarise(make_run("older", 0.8))
    other = summarise(make_run("other", 0.7, train=SPEC.changed(seed=1)))
    stopped = replace(newest, state="stopped")
    assert accuracies_by_seed([newest, older, other], on_test=False) == {0: 0.9, 1: 0.7}
    assert accuracies_by_seed([stopped, older], on_test=True) == pytest.approx({0: 0.79})


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (PairedDifference((1,), 0.01, math.nan, math.nan), "from one pair (seed 1)"),
        (PairedDifference((1, 2), 0.01, 0.005, 0.015), "leaves out 0: B is **higher**"),
        (PairedDifference((1, 2), -0.01, -0.015, -0.005), "leaves out 0: B is **lower**"),
        (PairedDifference((1, 2), 0.01, -0.01, 0.03), "**no clear difference**"),
        (PairedDifference(tuple(range(12)), 0.0, -0.1, 0.1), "n = 12 pairs (seeds 0, 1, 2, 3"),
    ],
)
def test_pairs_have_a_verdict_by_their_interval(pairs: PairedDifference, expected: str) -> None:
    text = pairs_text(pairs, "A", "B")
    assert expected in text
    assert text.startswith("**B** minus **A**: ")
    assert (" …)" in text) == (len(pairs.seeds) > 10)
