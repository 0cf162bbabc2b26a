"""The points of a clickable chart as a list, for the keyboard and for screen readers.

Plotly's charts are no tab stops. Where no other field does what a click on a chart does, this list
stands below it.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from mnistviz.texts import _

Point = TypeVar("Point")


def list_points(
    label: str,
    names: Mapping[Point, str],
    chosen: Point | None,
    key: str,
    choose: Callable[[Point], None],
) -> None:
    """Show a list of points by their names; choosing one calls `choose`, as a click on it does.

    `chosen` is the point chosen so far, by the list or by a click; it may be none of them.
    """

    def choose_listed() -> None:
        point = st.session_state[key]
        if point is not None:
            choose(point)

    # Set each time: a click on the chart changes it, too.
    st.session_state[key] = chosen if chosen in names else None
    st.selectbox(
        label,
        list(names),
        index=None,
        format_func=lambda point: names.get(point, str(point)),
        key=key,
        on_change=choose_listed,
        placeholder=_("Choose"),
        width=320,
    )
