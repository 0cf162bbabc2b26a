"""What fine-tuning gained and cost, counted."""

import numpy as np

from mnistviz.evaluation import fine_tune_report
from mnistviz.evaluation.fine_tune_report import Change, Tuning

YES, NO = True, False


def made(held_before: list[bool], held_after: list[bool]) -> Tuning:
    empty = np.zeros(0, bool)
    return Tuning(np.array(held_before), np.array(held_after), empty, empty, empty, empty)


def test_changes_are_counted_in_both_directions() -> None:
    found = fine_tune_report.change(np.array([YES, NO, NO, YES]), np.array([NO, YES, YES, YES]))
    assert (found.before, found.after, found.total) == (2, 3, 4)
    assert (found.newly_right, found.newly_wrong) == (2, 1)
    assert np.allclose((found.low, found.high), (0.3006, 0.9544), atol=1e-4)


def test_held_out_parts_are_pooled() -> None:
    found = fine_tune_report.pooled([made([YES, NO], [YES, YES]), made([NO], [NO])])
    assert isinstance(found, Change)
    assert (found.before, found.after, found.total) == (1, 2, 3)
    assert fine_tune_report.pooled([]) is None
    assert fine_tune_report.pooled([made([], [])]) is None
