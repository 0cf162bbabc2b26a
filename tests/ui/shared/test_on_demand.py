"""A result that is computed when a person asks for it."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from mnistviz.ui.shared.on_demand import OnDemand

    def stop_whole() -> None:
        st.session_state.stopped = True

    square = OnDemand(
        "square",
        "Compute",
        ":material/search:",
        "Takes a moment.",
        caption="Why?",
        stoppable=True,
        on_stop=stop_whole,
    )

    def compute(progress: object) -> int:
        st.session_state.calls = st.session_state.get("calls", 0) + 1
        progress(0.5)  # type: ignore[operator]
        return int(st.session_state.get("number", 3)) ** 2

    st.text(square.need("squaring", compute, done=0.25))
    st.button("Forget", on_click=square.stop)


def test_nothing_is_computed_before_a_person_asks() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert app.text[0].value == "None"
    assert app.button(key="square_start").label == "Compute"
    assert app.caption[0].value == "Why?"
    assert "calls" not in app.session_state


def test_a_person_who_asked_gets_the_next_results_without_a_button() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.button(key="square_start").click().run()
    assert app.text[0].value == "9"
    assert not app.caption
    app.session_state["number"] = 4
    app.run()
    assert app.text[0].value == "16"
    assert app.session_state["calls"] == 2


def test_after_a_stop_the_button_is_back() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.button(key="square_start").click().run()
    app.button[-1].click().run()
    assert app.button(key="square_start").label == "Compute"
    assert app.session_state["stopped"] is True
