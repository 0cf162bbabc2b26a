"""What the network makes of several digits side by side."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistviz.digits.drawing.segmentation import Segment
from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks, state

# Two pixels for one of MNIST's; four digits stand side by side on a phone.
DIGIT_SIZE = 56


def show_number(snapshot: Snapshot, segments: Sequence[Segment]) -> None:
    """The number, and each digit of it with its picture and its probability.

    The digit that is chosen is the one that all pages look at as 'my drawing'.
    """
    if not segments:
        st.session_state.pop(state.DRAWN_IMAGE, None)
        st.info("Nothing here yet: write a number, such as 1984, from left to right.")
        return
    images = [segment.stages.image for segment in segments]
    reader = loaded_networks.digit_reader(snapshot)
    readings = [reader.read(image) for image in images]
    number = "".join(str(reading.digit) for reading in readings)
    unsure = min(readings, key=lambda reading: reading.probability)
    said = f"least sure of the {unsure.digit}: {unsure.probability:.1%}"
    st.metric(TEXTS["digit"].heading, number, said, delta_arrow="off", delta_color="off")
    with st.container(horizontal=True, gap="small"):
        for place, (image, reading) in enumerate(zip(images, readings, strict=True)):
            with st.container(width=DIGIT_SIZE + 40):
                large = np.kron(image, np.ones((2, 2), np.float32))
                st.image(
                    large,
                    width=DIGIT_SIZE,
                    alt=f"Digit {place + 1} of {len(segments)} as the network sees it, "
                    f"read as {reading.digit}",
                )
                second = reading.ranking[1]
                st.markdown(f"**{reading.digit}** {reading.probability:.1%}")
                st.caption(f"or {second}: {reading.probabilities[second]:.1%}")
                # A part is read in any case, as the parts beside it suggest a digit.
                if badge := TEXTS[reading.verdict].badge:
                    st.badge(badge, color="orange")
    chosen = st.segmented_control(
        "Which one shall the other pages look at?",
        range(len(segments)),
        default=0,
        format_func=lambda place: f"{place + 1}: {readings[place].digit}",
        key=f"looked_at_{number}",
        required=True,
        wrap=True,
    )
    st.session_state[state.DRAWN_IMAGE] = images[chosen]
    st.caption(
        "Cut between strokes where you drew, at gaps and thin bridges of ink in a picture; of all "
        "ways to cut, the one whose parts look most like digits to the network. It can be wrong: "
        "leave some room between the digits."
    )
