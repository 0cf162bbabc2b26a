"""Draw: a digit on the canvas, the picture the network sees, its answer."""

from mnistviz.ui.shell import need_shell

need_shell()

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from mnistviz import drawing, strokes
from mnistviz.ui import state
from mnistviz.ui.answer_view import show_answer, show_more
from mnistviz.ui.widgets import (
    chosen_run,
    describe,
    errors_shown,
    explanation,
    need_snapshot,
)

# As wide as a small phone allows; MNIST's field of 28 goes into it ten times.
CANVAS_SIZE = 280


def clear() -> None:
    # A new key is the one way to empty the canvas that leaves nothing pending behind.
    st.session_state[state.CANVAS_NUMBER] = st.session_state.get(state.CANVAS_NUMBER, 0) + 1
    st.session_state.pop(state.CANVAS, None)


def undo() -> None:
    drawn = st.session_state.get(state.CANVAS)
    if drawn and drawn["objects"]:
        # The number makes each undo a change: the canvas ignores what it was handed before.
        count = st.session_state.get("undo_count", 0) + 1
        st.session_state.undo_count = count
        st.session_state.canvas_start = {
            **drawn,
            "objects": drawn["objects"][:-1],
            "undo_count": count,
        }


run = chosen_run()
step = need_snapshot(run)
st.markdown(
    f"{describe(run, step)}, reading your handwriting. Draw one digit with the mouse or "
    "a finger; the answer comes when you lift it."
)


@st.fragment
def canvas_and_answer() -> None:
    with errors_shown():
        draw_and_answer()


def draw_and_answer() -> None:
    # Room for the canvas' own toolbar, which lies over what is above it.
    st.space(24)
    row = st.container(horizontal=True, gap="medium")
    with row.container(width=CANVAS_SIZE):
        number = st.session_state.get(state.CANVAS_NUMBER, 0)
        key = f"canvas-{number}"
        if key not in st.session_state:
            # The canvas is new on this page: it starts with what was drawn before. From then on
            # the same value is handed over, or the canvas would reload under the pen.
            st.session_state.canvas_start = st.session_state.get(state.CANVAS)
        result = st_canvas(
            stroke_width=int(strokes.CANVAS_BRUSH),
            stroke_color="#ffffff",
            background_color="#000000",
            width=CANVAS_SIZE,
            height=CANVAS_SIZE,
            drawing_mode="freedraw",
            initial_drawing=st.session_state.canvas_start,
            key=key,
        )
        with st.container(horizontal=True):
            st.button("Undo", icon=":material/undo:", on_click=undo, shortcut="Ctrl+Z")
            st.button("Clear", icon=":material/delete:", on_click=clear, shortcut="Delete")
    drawn = strokes.strokes_from_canvas(result.json_data, CANVAS_SIZE, CANVAS_SIZE)
    stages = drawing.normalise(strokes.render(strokes.redraw(drawn)))
    if stages.blank:
        for name in (state.CANVAS, state.DRAWN_IMAGE):
            st.session_state.pop(name, None)
    else:
        st.session_state[state.CANVAS] = result.json_data
        st.session_state[state.DRAWN_IMAGE] = stages.image
    with row:
        show_answer(run, step, stages, drawn)
    show_more(run, step, stages, drawn)


canvas_and_answer()
explanation(
    [
        "The network has only ever seen digits of 28×28 pixels, scaled to fit a box of 20 pixels "
        "and placed with their centre of mass in the middle. Your drawing is treated in the same "
        "way. Its strokes are drawn again first, with a pen as wide as MNIST's for their size: so "
        "it does not matter how large you draw, or where.",
        "The **bars** are what the network makes of it: ten probabilities. It has to choose among "
        "the ten digits, whatever you draw. A letter gets an answer too, and often a sure one.",
    ]
)
