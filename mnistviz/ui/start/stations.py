"""The frame of Start here: the list of stations, the question of each, the way to the next."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from mnistviz.ui.shared.page_registry import PageEntry
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.start import progress, texts
from mnistviz.ui.start.texts import StationTexts

# The key of the list of stations, and its name in the address.
STATION = "station"


def pick_station() -> int:
    """Let a person choose a station; return its number, from 1."""
    numbers = range(1, len(texts.STATIONS) + 1)
    if st.session_state.get(STATION) not in numbers:
        linked = st.query_params.get(STATION, "")
        known = {str(number): number for number in numbers}
        st.session_state[STATION] = known.get(linked, progress.first_open())
    chosen = st.segmented_control(
        texts.STATIONS_LABEL,
        list(numbers),
        format_func=_station_label,
        key=STATION,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        wrap=True,
    )
    st.query_params[STATION] = str(chosen)
    return int(chosen or 1)


def _station_label(number: int) -> str:
    """A check mark or the number, and the name; on a phone only that of the chosen one."""
    is_done = number in progress.done()
    if is_narrow() and st.session_state.get(STATION) != number:
        return f"✓{number}" if is_done else str(number)
    mark = ":material/check:" if is_done else str(number)
    return f"{mark} {texts.STATIONS[number - 1].name}"


def guess(number: int, station: StationTexts) -> str | None:
    """Ask the question of a station. Return the answer, None where there is none yet.

    It is "" where the station was done on an earlier visit.
    """
    # Side by side where there is room: the picture below is to be on the same screen.
    with st.container(horizontal=True, vertical_alignment="center"):
        explained(f"**{station.question}**", width="content")
        given = st.pills(
            station.question,
            station.answers,
            key=f"start_guess_{number}",
            label_visibility="collapsed",
            persist_state="session",
            wrap=True,
        )
    if given is None:
        return "" if number in progress.done() else None
    return str(given)


def show_solution(
    given: str, right: str, solution: str, otherwise: str = texts.OTHER_GUESS
) -> None:
    """Show whether the guess was right, and what is true. No word on a guess of ""."""
    if not given:
        verdict = ""
    else:
        verdict = texts.WELL_GUESSED if given == right else otherwise.format(right=right)
    explained(f"{verdict} {solution}".strip())


def finish(number: int) -> None:
    """Mark a station as done; where it was not, the list of stations is drawn again."""
    if number not in progress.done():
        progress.mark_done(number)
        st.rerun()


def show_ways_on(
    number: int,
    deeper: Sequence[PageEntry],
    *,
    guessed: bool,
    then: str = "",
    may_go_on: bool = False,
) -> None:
    """Show the button to the next station, and links to the pages that go deeper.

    Where the station is not done, the way on is said: the question, and `then` what comes after it.
    The next station is open to those who `may_go_on` before this one is done.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        if number < len(texts.STATIONS):
            name = texts.STATIONS[number].name
            pressed = st.button(
                texts.NEXT.format(name=name),
                icon=":material/arrow_forward:",
                type="primary",
                on_click=partial(_go_to, number + 1),
                disabled=not may_go_on and number not in progress.done(),
            )
            if number not in progress.done():
                way_on = then if guessed else texts.GUESS_TO_GO_ON
                explained_caption(way_on, width="content")
            if pressed:
                # A station is a fragment, and the list of stations is outside of it.
                st.rerun()
        explained(texts.DEEPER, width="content")
        for page in deeper:
            page.link()


def show_end() -> None:
    """Show what a visitor has seen who has done all stations; otherwise those that are open."""
    names = [
        station.name
        for number, station in enumerate(texts.STATIONS, 1)
        if number not in progress.done()
    ]
    explained(texts.STATIONS_LEFT.format(names=", ".join(names)) if names else texts.FINISHED)


def columns() -> int:
    """The number of digits side by side in a picture of many."""
    return 5 if is_narrow() else 10


def _go_to(number: int) -> None:
    st.session_state[STATION] = number
