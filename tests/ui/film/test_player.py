"""The player of the film: its buttons, and the change to the next snapshot."""

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.ui.film import player


def page() -> None:
    import streamlit as st

    from mnistviz.runs import registry
    from mnistviz.runs.snapshots import Snapshot
    from mnistviz.ui.film.player import show_player

    steps = [0, 5, 10]
    step = st.session_state.get("snapshot", 5)
    show_player(Snapshot(registry.find_run("best"), step), steps)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("label", "step"), [("First", 0), ("Back", 0), ("Next", 10), ("Last", 10)])
def test_buttons_turn_to_another_snapshot_and_pause(label: str, step: int) -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.session_state["film_playing"] = True
    press(app, label)
    assert app.session_state["snapshot"] == step
    assert not app.session_state["film_playing"]


@pytest.mark.parametrize(
    ("step", "disabled"), [(0, {"First", "Back"}), (5, set()), (10, {"Next", "Last"})]
)
def test_buttons_that_lead_nowhere_are_disabled(step: int, disabled: set[str]) -> None:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["snapshot"] = step
    app.run()
    assert {button.label for button in app.button if button.disabled} == disabled


@pytest.mark.slow
def test_play_at_the_end_starts_from_the_first_snapshot() -> None:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["snapshot"] = 10
    press(app.run(), "Play")
    assert app.session_state["snapshot"] == 0
    assert app.session_state["film_playing"]
    press(app, "Pause")
    assert not app.session_state["film_playing"]


def test_the_slider_turns_to_a_snapshot() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.select_slider(key="film_position").set_value(2).run()
    assert app.session_state["snapshot"] == 10


@pytest.mark.parametrize(("label", "step"), [("Next", 5), ("Play", 0)])
def test_a_slider_that_was_moved_just_before_a_press_counts(label: str, step: int) -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.select_slider(key="film_position").set_value(0)
    press(app, label)
    assert app.session_state["snapshot"] == step


@pytest.mark.parametrize(
    ("shown", "seconds", "playing", "turned"),
    [
        (1, 0.9, True, True),
        (1, 0.2, True, False),
        (1, 0.9, False, False),
        # Another snapshot was shown until now: this one has just begun.
        (0, 0.9, True, False),
    ],
)
def test_a_frame_is_shown_for_its_time_while_the_film_plays(
    shown: int, seconds: float, playing: bool, turned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = {"film_frame": (shown, 100.0)}
    monkeypatch.setattr(player.st, "session_state", session)
    monkeypatch.setattr(player.st, "rerun", lambda: None)
    monkeypatch.setattr(player.time, "monotonic", lambda: 100.0 + seconds)
    player.advance([0, 5, 10], 1, playing=playing)
    assert session.get("next_snapshot") == (10 if turned else None)
    assert session["film_frame"][0] == 1
