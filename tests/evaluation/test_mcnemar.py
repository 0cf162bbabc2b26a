"""The comparison of two networks on the same images, by hand."""

import numpy as np
import pytest

from mnistviz.core.statistics import mcnemar_p
from mnistviz.evaluation.mcnemar import compare


def right(*counts: tuple[int, bool]) -> np.ndarray:
    return np.concatenate([np.full(count, value) for count, value in counts])


def test_images_are_counted_by_who_reads_them_right() -> None:
    first = right((50, True), (9, True), (1, False), (4, False))
    second = right((50, True), (9, False), (1, True), (4, False))
    result = compare(first, second)
    assert (result.both, result.only_first, result.only_second, result.neither) == (50, 9, 1, 4)
    assert result.p == pytest.approx(mcnemar_p(9, 1))
    swapped = compare(second, first)
    assert (swapped.only_first, swapped.only_second, swapped.p) == (1, 9, result.p)


def test_networks_that_never_differ_have_p_1() -> None:
    same = right((5, True), (3, False))
    assert compare(same, same).p == 1
    assert compare(same[:0], same[:0]).p == 1
