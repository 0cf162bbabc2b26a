"""Gain and cost of fine-tuning, in words."""

import numpy as np

from mnistviz.evaluation import fine_tune_report
from mnistviz.runs.fine_tune_set import FOLD_WORD, FOLDS
from mnistviz.ui.my_digits.fine_tuning import EACH_FOLD, HOLD_OUT, ONE_FOLD, cost_text, gain_text

CHANGE = fine_tune_report.change(np.arange(10) < 5, np.arange(10) > 0)


def test_the_gain_has_the_numbers_of_the_digits_held_out() -> None:
    text = gain_text(CHANGE, 1)
    assert "of 10 digits held out, 5 were right before and 9 are now (5 newly right" in text
    assert "1 newly wrong" in text
    assert f"between {CHANGE.low:.0%} and {CHANGE.high:.0%}" in text
    assert f"now by {FOLDS} copies, each of what it did not see, (" in gain_text(CHANGE, FOLDS)


def test_without_digits_held_out_there_is_no_gain() -> None:
    assert f"Hold out a {FOLD_WORD}" in gain_text(None, 1)


def test_the_cost_has_the_change_on_the_test_set() -> None:
    assert "1 are newly wrong and 5 newly right: 50.00% before, 90.00% now." in cost_text(CHANGE)


def test_each_part_can_be_held_out_once() -> None:
    assert HOLD_OUT[ONE_FOLD] == (0,)
    assert HOLD_OUT[EACH_FOLD] == tuple(range(FOLDS))
