"""McNemar's exact test, by hand."""

from math import comb

import numpy as np
import pytest

from mnistviz.evaluation.mcnemar import compare


def truth(*counts: tuple[int, bool]) -> np.ndarray:
    return np.concatenate([np.full(count, value) for count, value in counts])


def test_nine_to_one_by_hand() -> None:
    first = truth((50, True), (9, True), (1, False), (4, False))
    second = truth((50, True), (9, False), (1, True), (4, False))
    found = compare(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither) == (50, 9, 1, 4)
    # Of 10 fair coins, 9 or more, or 1 or fewer, on one side.
    assert found.p == pytest.approx(2 * (comb(10, 0) + comb(10, 1)) / 2**10)
    swapped = compare(second, first)
    assert (swapped.only_first, swapped.only_second) == (1, 9)
    assert swapped.p == found.p


def test_networks_that_never_differ_cannot_be_told_apart() -> None:
    same = truth((5, True), (3, False))
    assert compare(same, same).p == 1
    assert compare(same[:0], same[:0]).p == 1
