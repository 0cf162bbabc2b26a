"""Right of the canvas: the picture that the network sees, and what it makes of it."""

import numpy as np
import streamlit as st

from mnistviz.charts.digits import picture, probability_bars
from mnistviz.drawing import Stages
from mnistviz.runs import Run
from mnistviz.strokes import Strokes
from mnistviz.ui import loaders, state
from mnistviz.ui.widgets import show

# Side by side with the canvas on a screen of 1280 pixels, below it on a phone.
PICTURE_SIZE = 200
BARS_SIZE = 270


def show_answer(run: Run, step: int, stages: Stages, drawn: Strokes | None = None) -> None:
    """What the network sees of a drawing and answers, as two boxes in the row of the canvas.

    `drawn` are the strokes behind the stages, None for a picture.
    """
    middle = st.container(width=PICTURE_SIZE)
    if stages.blank:
        with middle:
            st.info("The canvas is blank: nothing to read, so no answer.")
        return
    with middle:
        show(
            picture(stages.image, PICTURE_SIZE),
            "seen",
            "Your digit, scaled and centred to 28 by 28 pixels",
        )
        st.caption("What the network sees of it: 28×28 pixels")
    probabilities = loaders.classify(run, step, stages.image)
    guess = int(np.argmax(probabilities))
    with st.container(width=BARS_SIZE):
        st.metric(
            "It reads",
            guess,
            f"probability {probabilities[guess]:.1%}",
            delta_arrow="off",
            delta_color="off",
        )
        show(probability_bars(probabilities), "answer", "The network's ten probabilities")
        st.caption(
            "The ten add up to 100 %. They are not calibrated: a high number is no promise, the "
            "network is often too sure."
        )
        look = st.button("Look inside", icon=":material/layers:", on_click=_use_drawing)
    if look:
        st.switch_page("pages/feature_maps.py")


def show_more(run: Run, step: int, stages: Stages, drawn: Strokes | None = None) -> None:
    """Below the row, over the whole width: what one may want to know of the answer."""


def _use_drawing() -> None:
    st.session_state[state.USE_DRAWING] = True
