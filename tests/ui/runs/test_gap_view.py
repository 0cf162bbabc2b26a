"""The table of the gap."""

import pytest

from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.metrics_log import read
from mnistviz.runs.run_summary import summarise
from mnistviz.ui.runs.gap_view import gap_row
from tests.helpers.made_runs import SPEC, make_run


def test_a_row_has_the_last_gap_and_the_accuracies_in_percent() -> None:
    run = make_run("mine", 0.9, train=SPEC.changed(measure_gap=True))
    row = gap_row("my title", summarise(run), epochs_of(read(run), run.spec.train.steps_per_epoch))
    assert (row["training"], row["run"], row["epochs"]) == ("my title", "mine", 2)
    assert row["gap, points"] == pytest.approx(5)
    assert row["held-out accuracy"] == pytest.approx(90)
    assert row["test accuracy"] == pytest.approx(89)


def test_a_run_without_an_epoch_has_no_gap() -> None:
    assert gap_row("my title", summarise(make_run("new")), [])["gap, points"] is None
