"""Which stations of Start here a visitor has done, and whether it is a first visit.

The session's state has it, and a cookie of the browser for a reload or another day.
"""

from pathlib import Path

import streamlit as st

from mnistviz.ui.shared.browser_script import script_component
from mnistviz.ui.start.texts import STATIONS

COOKIE = "mnistviz_start"
# Keys of the session's state: the numbers of the stations done, and whether the visitor was led.
DONE = "start_done"
LED = "start_led"

_component = script_component("mnistviz_visit", Path(__file__).with_name("visit.js"))


def remember_visit() -> None:
    """Store in the browser that somebody was here, and which stations are done."""
    text = ".".join(str(number) for number in sorted(done())) or "0"
    _component(key="visit", data={"name": COOKIE, "done": text}, height=1)


def is_first_visit() -> bool:
    """Whether this browser opens the dashboard for the first time; True once a session.

    An address with parameters is a link, which shows what it was made for.
    """
    if LED in st.session_state:
        return False
    st.session_state[LED] = True
    return COOKIE not in st.context.cookies and not st.query_params


def done() -> set[int]:
    """The numbers of the stations that are done, from 1."""
    if DONE not in st.session_state:
        st.session_state[DONE] = stations_in(st.context.cookies.get(COOKIE, ""))
    found: set[int] = st.session_state[DONE]
    return found


def mark_done(number: int) -> None:
    """Mark a station as done."""
    st.session_state[DONE] = done() | {number}


def first_open() -> int:
    """The number of the first station that is not done; the first one if all are."""
    numbers = range(1, len(STATIONS) + 1)
    return next((number for number in numbers if number not in done()), 1)


def stations_in(text: str) -> set[int]:
    """The numbers of the stations in the text of a cookie; what is no station is left out."""
    known = {str(number): number for number in range(1, len(STATIONS) + 1)}
    return {known[part] for part in text.split(".") if part in known}
