"""The place that the microscope looks at."""

from typing import Any

import numpy as np
import pytest

from mnistviz.inspection.image.receptive_field import Field
from mnistviz.inspection.image.value_trace import Link
from mnistviz.ui.microscope import place
from mnistviz.ui.microscope.place import CHANNEL, COLUMN, LAYER, ROW


def state_at(row: int, column: int, channel: int = 0) -> dict[Any, Any]:
    return {ROW: row, COLUMN: column, CHANNEL: channel}


@pytest.mark.parametrize(
    ("start", "by", "end"),
    [((0, 1), 1, (0, 2)), ((0, 2), 1, (1, 0)), ((1, 2), 1, (0, 0)), ((0, 0), -1, (1, 2))],
)
def test_move_goes_row_by_row_and_from_the_last_place_to_the_first(
    start: tuple[int, int], by: int, end: tuple[int, int]
) -> None:
    state = state_at(*start)
    place.move(state, by, height=2, width=3)
    assert (state[ROW], state[COLUMN]) == end


def test_play_moves_once_in_half_a_step() -> None:
    state = state_at(0, 0)
    for now in (100.0, 100.4, 100.6):
        place.play(state, now, height=2, width=3)
    assert place.place_of(state) == (0, 2, 0)


@pytest.mark.parametrize("state", [{}, state_at(5, 0), state_at(0, 5), {ROW: 1}])
def test_a_place_outside_the_map_becomes_that_of_the_largest_magnitude(
    state: dict[Any, Any],
) -> None:
    maps = np.zeros((2, 3, 2), np.float32)
    maps[1, 2, 0] = -7
    place.keep_within(state, maps)
    assert place.place_of(state) == (1, 2, 0)


def test_a_place_and_a_channel_within_the_map_stay() -> None:
    state = state_at(0, 1, 1)
    place.keep_within(state, np.ones((2, 3, 2), np.float32))
    assert place.place_of(state) == (0, 1, 1)


def test_a_channel_that_the_layer_lacks_becomes_the_first() -> None:
    state = state_at(0, 1, 9)
    place.keep_within(state, np.ones((2, 3, 2), np.float32))
    assert place.place_of(state) == (0, 1, 0)


def test_the_only_place_of_the_last_layer_is_not_stored() -> None:
    state = state_at(3, 4, 7)
    place.keep_within(state, np.ones((1, 1, 10), np.float32))
    assert state == {CHANNEL: 7}
    assert place.place_of(state) == (0, 0, 7)


def test_choose_link_goes_to_the_value_of_a_trace() -> None:
    state = state_at(0, 0)
    link = Link("conv5", 9, 6, 3, 0.5, 0.5, None, None, Field(0, 0, 18))
    place.choose_link(state, link)
    assert state[LAYER] == "conv5"
    assert place.place_of(state) == (6, 3, 9)
