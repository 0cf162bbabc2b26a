"""Below an answer: was it right? One tap keeps the drawing among a person's digits."""

import numpy as np
import streamlit as st

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.drawing.preprocessing import Stages
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.digits.my_digits import Answer, Digit
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import flash, state


def keep_digit(
    snapshot: Snapshot, stages: Stages, strokes: Strokes | None, probabilities: FloatArray
) -> None:
    """Offer to keep the drawing of `stages` as right, or as the digit that it is.

    `strokes` are None for a picture, `probabilities` (10,) what the page showed.
    """
    pixels = my_digits.to_pixels(stages.image)
    answer = Answer(
        snapshot.run.id, snapshot.step, tuple(np.clip(probabilities, 0, 1).astype(float).tolist())
    )
    kept = my_digits.find_image(pixels)
    # In a row with the buttons, the pills would not break into two lines on a phone.
    box = st.container(key="keep_digit")
    with box.container(horizontal=True, vertical_alignment="center"):
        if kept is None:
            st.button(
                f"Right, it is a {answer.digit}",
                icon=":material/check:",
                help="Keeps it in My digits, on this machine: to test networks with your "
                "handwriting, and to teach them.",
                on_click=_keep,
                args=(pixels, answer.digit, strokes, answer),
            )
        else:
            st.markdown(f":material/check: Kept in My digits as a **{kept.label}**.")
            st.button("Take back", icon=":material/undo:", on_click=_take_back, args=(kept,))
    with box:
        # Named by what it starts from, so that it starts there again after each change.
        key = f"said_{my_digits.id_of(pixels)}_{kept.label if kept else None}"
        st.pills(
            "Wrong? Tap what it was" if kept is None else "Something else? Tap what it is",
            range(NUM_CLASSES),
            default=kept.label if kept else None,
            key=key,
            on_change=_keep_as_said,
            args=(key, pixels, strokes, answer),
        )
    flash.show(state.KEEP_MESSAGE, once=True)


def _keep_as_said(key: str, pixels: ByteArray, strokes: Strokes | None, answer: Answer) -> None:
    # None is what a second tap on the same digit leaves.
    if (label := st.session_state[key]) is not None:
        _keep(pixels, label, strokes, answer)


def _keep(pixels: ByteArray, label: int, strokes: Strokes | None, answer: Answer) -> None:
    def keep() -> None:
        my_digits.save(pixels, label, strokes, [answer])

    flash.run(state.KEEP_MESSAGE, keep)


def _take_back(kept: Digit) -> None:
    def delete() -> None:
        my_digits.delete(kept.id)

    flash.run(state.KEEP_MESSAGE, delete)
