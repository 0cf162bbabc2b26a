"""Simulated sheets of paper: what is on them, and the table."""

import numpy as np
import pytest

from benchmarks import sheets


def test_every_combination_is_a_sheet_and_some_are_chosen_in_a_fixed_order() -> None:
    everything = sheets.scenes()
    assert len(everything) == 5 * 5 * 2 * 3 * 7
    assert sheets.scenes(10) == sheets.scenes(10)
    assert len(sheets.scenes(10)) == 105
    assert {scene.paper for scene in sheets.scenes(10)} == set(sheets.PAPERS)
    surrounded = sheets.scenes(surrounded=True)
    assert len(surrounded) == 5 * 2 * 2 * 3 * 5


@pytest.mark.parametrize("paper", sheets.SURROUNDINGS)
def test_something_is_around_a_digit(paper: str) -> None:
    scene = sheets.Scene(digit=4, height=0.2, slant="upright", pen="ballpoint", paper=paper)
    plain = sheets.Scene(digit=4, height=0.2, slant="upright", pen="ballpoint", paper="plain")
    with_it, without = (np.asarray(sheets.sheet(each), int) for each in (scene, plain))
    assert (np.abs(with_it - without).max(axis=-1) > 60).mean() > 0.002


@pytest.mark.parametrize("height", [0.1, 0.6])
def test_a_digit_is_as_high_as_it_should_be(height: float) -> None:
    scene = sheets.Scene(digit=1, height=height, slant="upright", pen="marker", paper="plain")
    page = np.asarray(sheets.sheet(scene).convert("L"), int)
    rows = np.flatnonzero((page < 100).any(axis=1))
    assert (rows[-1] - rows[0]) / sheets.HEIGHT == pytest.approx(height, rel=0.25)


def test_the_table_counts_what_is_surely_wrong() -> None:
    chosen = sheets.scenes(300)
    right = np.array([True, False, False, True])
    answered = np.array([True, True, False, False])
    found = sheets.scores(chosen, right, answered, np.full(4, 0.99, np.float32))
    assert (found["right"], found["refused"], found["guessed"]) == (0.25, 0.5, 0.5)
    assert found["surely_wrong"] == 1
    assert "1 wrong at over 90%" in sheets.table(found)
