"""The drawing of a visitor, which Start here, the Overview and Draw share."""

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.ui.draw.canvas import linked_drawing, write_address
from mnistviz.ui.draw.canvas_history import History
from mnistviz.ui.shared import state
from mnistviz.ui.shared.flow.digit_flow import PAD_SIZE, image_of
from mnistviz.ui.start import texts

# A 7.
TEST_IMAGE = 0
BLANK = Strokes(PAD_SIZE, PAD_SIZE, CANVAS_BRUSH, ())


def own_drawing() -> Strokes:
    """The drawing on 280×280 pixels, from the session or the address of the page."""
    if state.CANVAS not in st.session_state:
        st.session_state[state.CANVAS] = History((linked_drawing(PAD_SIZE, PAD_SIZE),))
    history: History = st.session_state[state.CANVAS].on_canvas(PAD_SIZE, PAD_SIZE)
    write_address(history.shown)
    return history.shown


def keep_drawing(drawn: Strokes) -> None:
    """Make a drawing the own one, and the image that all pages look at; from a callback."""
    history: History = st.session_state.get(state.CANVAS) or History((BLANK,))
    st.session_state[state.CANVAS] = history.on_canvas(PAD_SIZE, PAD_SIZE).with_drawing(drawn)
    st.session_state[state.USE_DRAWING] = bool(drawn.strokes)
    if drawn.strokes:
        st.session_state[state.DRAWN_IMAGE] = image_of(drawn)


def own_image() -> FloatArray | None:
    """The input `(28, 28)` of the network for the own drawing; None without one."""
    drawn = own_drawing()
    return image_of(drawn) if drawn.strokes else None


def test_digit() -> tuple[FloatArray, str]:
    """A digit `(28, 28)` for those who have drawn none, and its name."""
    data = load_mnist()
    return to_input(data.x_test[TEST_IMAGE]), texts.TEST_IMAGE.format(
        number=TEST_IMAGE, label=label_name(int(data.y_test[TEST_IMAGE]))
    )
