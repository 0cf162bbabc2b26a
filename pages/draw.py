"""Draw: a digit on the canvas, the picture the network sees, its answer."""

from mnistviz.ui.shell import need_shell

need_shell()

import streamlit as st

from mnistviz import drawing, strokes
from mnistviz.ui import loaders, state
from mnistviz.ui.answer_view import show_answer, show_more
from mnistviz.ui.canvas import CANVAS_SIZE, canvas
from mnistviz.ui.keep_digit import keep_digit
from mnistviz.ui.widgets import (
    chosen_run,
    describe,
    errors_shown,
    explanation,
    need_snapshot,
)

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
    row = st.container(horizontal=True, gap="medium")
    with row.container(width=CANVAS_SIZE):
        drawn = canvas()
    stages = drawing.normalise(strokes.render(strokes.redraw(drawn)))
    if stages.blank:
        st.session_state.pop(state.DRAWN_IMAGE, None)
    else:
        st.session_state[state.DRAWN_IMAGE] = stages.image
    with row:
        show_answer(run, step, stages, drawn)
    if not stages.blank:
        keep_digit(run, step, stages, drawn, loaders.classify(run, step, stages.image))
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
