"""The player of the Film page: its buttons, its slider, and the change to the next snapshot."""

import time
from collections.abc import Sequence

import streamlit as st

from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import state
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.texts import count_of, epochs_text
from mnistviz.ui.shared.words.explained import explained

# Seconds that a snapshot stays, at least: a slow computer needs longer to draw the quickest.
SPEEDS = {1.8: _("slow"), 0.9: _("medium"), 0.3: _("fast")}
MEDIUM = 0.9
SPEED = "film_speed"


def seconds_per_frame() -> float:
    """The seconds that a snapshot stays, as chosen."""
    return float(st.session_state.get(SPEED) or MEDIUM)


def show_player(snapshot: Snapshot, steps: Sequence[int]) -> bool:
    """Show the buttons and the position in the film; return whether it plays."""
    run, step = snapshot.run, snapshot.step
    number, last = steps.index(step), len(steps) - 1
    playing = bool(st.session_state.get(state.PLAYING)) and number < last
    with st.container(horizontal=True, vertical_alignment="center"):
        _turn_button(_("First"), "first_page", steps, number, -last)
        _turn_button(_("Back"), "chevron_left", steps, number, -1)
        if playing:
            button(_("Pause"), "pause", _pause, type="primary")
        else:
            button(_("Play"), "play_arrow", _play, steps, type="primary")
        _turn_button(_("Next"), "chevron_right", steps, number, 1)
        _turn_button(_("Last"), "last_page", steps, number, last)
        st.selectbox(
            _("Speed"),
            list(SPEEDS),
            index=list(SPEEDS).index(MEDIUM),
            format_func=lambda seconds: _("Speed: {speeds}").format(speeds=SPEEDS[seconds]),
            key=SPEED,
            persist_state="session",
            label_visibility="collapsed",
            width=170,
        )
    seen = step * run.spec.train.batch_size
    explained(
        _("Snapshot {number} of {count}, after **{steps}** ({pictures} seen)").format(
            number=number + 1,
            count=len(steps),
            steps=count_of(step, "step"),
            pictures=count_of(seen, "picture"),
        )
    )
    # The same choice as in the sidebar, which is closed on a phone.
    st.session_state[state.FILM_POSITION] = number
    if playing:
        # No slider: frames are faster than a browser reports the slider's position.
        st.progress(number / last)
    elif last > 0:
        st.select_slider(
            _("Snapshot"),
            range(len(steps)),
            format_func=lambda position: epochs_text(run, steps[position]),
            key=state.FILM_POSITION,
            on_change=_turn_to_position,
            args=(steps,),
            label_visibility="collapsed",
        )
    return playing


def _turn_button(label: str, icon: str, steps: Sequence[int], number: int, by: int) -> None:
    """Show a button that turns by some snapshots from `number`, if there is another one."""
    target = min(max(number + by, 0), len(steps) - 1)
    button(label, icon, _turn_by, steps, by, disabled=target == number)


# A slider that was moved just before a press arrives together with it, and Streamlit may call
# either first. So all read the position from the session's state and leave it consistent.


def _turn_by(steps: Sequence[int], by: int) -> None:
    _turn_to(steps, min(max(st.session_state[state.FILM_POSITION] + by, 0), len(steps) - 1))
    _pause()


def _turn_to(steps: Sequence[int], number: int) -> None:
    st.session_state[state.FILM_POSITION] = number
    st.session_state[state.SNAPSHOT] = steps[number]


def _turn_to_position(steps: Sequence[int]) -> None:
    st.session_state[state.SNAPSHOT] = steps[st.session_state[state.FILM_POSITION]]


def _play(steps: Sequence[int]) -> None:
    number = st.session_state[state.FILM_POSITION]
    _turn_to(steps, 0 if number == len(steps) - 1 else number)
    st.session_state[state.PLAYING] = True


def _pause() -> None:
    st.session_state[state.PLAYING] = False


def advance(steps: Sequence[int], number: int, *, playing: bool) -> None:
    """Turn to the next snapshot at each tick while the film plays; every snapshot is shown."""
    shown, since = st.session_state.setdefault(state.FRAME, (number, time.monotonic()))
    if shown != number:
        # The first call for a frame: it stays until the next tick.
        st.session_state[state.FRAME] = (number, time.monotonic())
    elif playing and time.monotonic() - since >= seconds_per_frame() / 2:
        st.session_state[state.NEXT_SNAPSHOT] = steps[number + 1]
        st.rerun()
