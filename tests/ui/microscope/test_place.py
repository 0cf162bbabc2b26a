"""The place that the microscope looks at."""

from typing import Any

import pytest

from mnistviz.inspection.image.receptive_field import Field
from mnistviz.inspection.image.value_trace import Link
from mnistviz.ui.microscope import place
from mnistviz.ui.microscope.place import CHANNEL, LAYER, PLACE, START


def test_choose_link_goes_to_the_value_of_a_trace() -> None:
    state: dict[Any, Any] = {}
    link = Link("conv5", 9, 6, 3, 0.5, 0.5, None, None, Field(0, 0, 18))
    place.choose_link(state, link)
    assert state == {LAYER: "conv5", CHANNEL: 9, START: (6, 3)}


@pytest.mark.parametrize(
    ("text", "start"), [("9,14", (9, 14)), ("9", None), ("-1,3", None), ("a,b", None), ("", None)]
)
def test_a_place_is_read_from_the_address(text: str, start: tuple[int, int] | None) -> None:
    state: dict[Any, Any] = {}
    place.read_address(state, {PLACE: text})
    assert state[START] == start


def test_a_place_is_written_as_it_is_read() -> None:
    state: dict[Any, Any] = {}
    place.read_address(state, {PLACE: place.place_as_text((3, 25))})
    assert state[START] == (3, 25)


def test_the_address_is_read_once_a_visit() -> None:
    state: dict[Any, Any] = {START: None}
    place.read_address(state, {PLACE: "9,14"})
    assert state[START] is None
