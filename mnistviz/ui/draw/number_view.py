"""What the network makes of several digits side by side."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistviz.digits.drawing.segmentation import Segment
from mnistviz.network import rejection
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders, state

# Two pixels for one of MNIST's; four digits stand side by side on a phone.
DIGIT_SIZE = 56
# A part is read in any case, as the parts beside it speak for a digit.
DOUBTS = {"unsure": "unsure", "not_a_digit": "a digit?"}


def show_number(snapshot: Snapshot, segments: Sequence[Segment]) -> None:
    """The number, and each digit of it with its picture and its probability.

    The digit that is chosen is the one that all pages look at as 'my drawing'.
    """
    if not segments:
        st.session_state.pop(state.DRAWN_IMAGE, None)
        st.info("Nothing here yet: write a number, such as 1984, from left to right.")
        return
    images = [segment.stages.image for segment in segments]
    chances = [loaders.probabilities(snapshot, loaders.logits(snapshot, image)) for image in images]
    doubts = rejection.verdicts(np.stack(images), np.stack(chances))
    digits = [int(np.argmax(one)) for one in chances]
    number = "".join(map(str, digits))
    unsure = min(range(len(segments)), key=lambda place: chances[place][digits[place]])
    said = f"least sure of the {digits[unsure]}: {chances[unsure][digits[unsure]]:.1%}"
    st.metric("It reads", number, said, delta_arrow="off", delta_color="off")
    with st.container(horizontal=True, gap="small"):
        read = zip(images, chances, digits, doubts, strict=True)
        for place, (image, chance, digit, doubt) in enumerate(read):
            second = int(np.argsort(-chance)[1])
            with st.container(width=DIGIT_SIZE + 40):
                large = np.kron(image, np.ones((2, 2), np.float32))
                st.image(
                    large,
                    width=DIGIT_SIZE,
                    alt=f"Digit {place + 1} of {len(segments)} as the network sees it, "
                    f"read as {digit}",
                )
                st.markdown(f"**{digit}** {chance[digit]:.1%}")
                st.caption(f"or {second}: {chance[second]:.1%}")
                if doubt in DOUBTS:
                    st.badge(DOUBTS[doubt], color="orange")
    chosen = st.segmented_control(
        "Which one shall the other pages look at?",
        range(len(segments)),
        default=0,
        format_func=lambda place: f"{place + 1}: {digits[place]}",
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
