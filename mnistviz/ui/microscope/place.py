"""The place that the microscope looks at, in the session's state: layer, channel, row, column.

These are functions of the state, so they can be called from callbacks and from tests.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from mnistviz.inspection.image.value_trace import Link

# Keys of widgets, and names of the parameters in the address.
LAYER, CHANNEL = "layer", "channel"
# The parameter in the address with row and column, such as "9,14".
PLACE = "place"
# (row, column) where the window is to be; a movement in the browser does not change it.
START = "microscope_start"

State = MutableMapping[Any, Any]


def choose_link(state: State, link: Link) -> None:
    """Choose the value of a trace."""
    state[LAYER], state[CHANNEL] = link.layer, link.channel
    state[START] = (link.row, link.column)


def read_address(state: State, address: Mapping[str, str]) -> None:
    """Choose row and column in the address, once a visit: those of a link, or of before a reload.

    Without them, the view chooses a place itself.
    """
    if START not in state:
        found = re.fullmatch(r"(\d{1,2}),(\d{1,2})", address.get(PLACE, ""))
        state[START] = (int(found[1]), int(found[2])) if found else None


def place_as_text(place: tuple[int, int]) -> str:
    """Return (row, column) as the address has it."""
    return f"{place[0]},{place[1]}"
