"""The place that the microscope looks at, in the session's state: layer, channel, row, column.

These are functions of the state, so they can be called from callbacks and from tests.
"""

from collections.abc import MutableMapping
from typing import Any

import numpy as np

from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.image.value_trace import Link

# Keys of widgets.
LAYER, CHANNEL, ROW, COLUMN = "micro_layer", "micro_channel", "micro_row", "micro_column"
# The time of the last move while it plays, in seconds of a clock that never goes back.
MOVED = "micro_moved"
SECONDS_PER_STEP = 1.0

State = MutableMapping[Any, Any]


def move(state: State, by: int, height: int, width: int) -> None:
    """Move on by some places of a map, row by row; after the last place comes the first."""
    place = (state[ROW] * width + state[COLUMN] + by) % (height * width)
    state[ROW], state[COLUMN] = divmod(place, width)


def choose_link(state: State, link: Link) -> None:
    """Choose the value of a trace."""
    state[LAYER], state[CHANNEL] = link.layer, link.channel
    state[ROW], state[COLUMN] = link.row, link.column


def play(state: State, now: float, height: int, width: int) -> None:
    """Move on by one place, unless the last move was less than half a step ago."""
    if now - state.get(MOVED, 0.0) > SECONDS_PER_STEP / 2:
        move(state, 1, height, width)
        state[MOVED] = now


def keep_within(state: State, maps: FloatArray) -> None:
    """Change a place that `maps` (height, width, channels) do not have into one that they have.

    The new channel is the first one. The new row and column are those of the value with the
    largest magnitude: in the middle of many digits there is nothing to see.
    """
    height, width, num_channels = maps.shape
    channel = state.get(CHANNEL, 0)
    state[CHANNEL] = channel if channel < num_channels else 0
    if height == 1:
        # The only place of conv8 is not stored: it is not the strongest of another map.
        state.pop(ROW, None)
        state.pop(COLUMN, None)
    elif state.get(ROW, height) >= height or state.get(COLUMN, width) >= width:
        strongest = np.abs(maps[:, :, state[CHANNEL]]).argmax()
        state[ROW], state[COLUMN] = divmod(int(strongest), width)


def place_of(state: State) -> tuple[int, int, int]:
    """Return row, column and channel."""
    return state.get(ROW, 0), state.get(COLUMN, 0), state[CHANNEL]
