"""Ink is split where digits touch."""

import numpy as np

from mnistviz.digits.drawing.touching import split_component


def test_two_rings_are_split_where_they_touch() -> None:
    y, x = np.mgrid[0:60, 0:116]
    rings = [np.abs(np.hypot(y - 30, x - centre) - 26) < 3 for centre in (30, 86)]
    mask = rings[0] | rings[1]
    parts = split_component(mask.astype(np.float32), mask, 60)
    borders = [int(np.flatnonzero(part.any(axis=0))[0]) for part, _ in parts]
    assert any(abs(border - 58) <= 6 for border in borders)
    assert (sum(part.astype(int) for part, _ in parts) > 0).sum() == mask.sum()


def test_narrow_ink_is_one_part_without_a_price() -> None:
    mask = np.ones((60, 20), bool)
    ((part, price),) = split_component(mask.astype(np.float32), mask, 60)
    assert part is mask
    assert price is None
