"""Below an answer: buttons that save the drawing among a person's digits, right or wrong."""

import numpy as np
import streamlit as st

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.drawing.preprocessing import Stages
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.digits.my_digits import Answer
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import flash, state


def keep_digit(
    snapshot: Snapshot, stages: Stages, strokes: Strokes | None, probabilities: FloatArray
) -> None:
    """Show buttons that save the drawing of `stages` with the answer as label, or another one.

    `strokes` are None for a picture, `probabilities` (10,) are those that the page shows.
    """
    pixels = my_digits.to_pixels(stages.image)
    answer = Answer(
        snapshot.run.id, snapshot.step, tuple(np.clip(probabilities, 0, 1).astype(float).tolist())
    )
    saved = my_digits.find_image(pixels)
    # In a row with the buttons, the pills would not break into two lines on a phone.
    box = st.container(key="keep_digit")
    with box.container(horizontal=True, vertical_alignment="center"):
        if saved is None:
            st.button(
                f"Right, it is a {answer.digit}",
                icon=":material/check:",
                help="Keeps it in My digits, on this machine: to test networks with your "
                "handwriting, and to teach them.",
                on_click=_save,
                args=(pixels, answer.digit, strokes, answer),
            )
        else:
            st.markdown(f":material/check: Kept in My digits as a **{saved.label}**.")
            st.button("Take back", icon=":material/undo:", on_click=_take_back, args=(saved.id,))
    with box:
        # The key has the saved label, so that the pills start with it after each change.
        key = f"said_{my_digits.id_of(pixels)}_{saved.label if saved else None}"
        st.pills(
            "Wrong? Tap what it was" if saved is None else "Something else? Tap what it is",
            range(NUM_CLASSES),
            default=saved.label if saved else None,
            key=key,
            on_change=_save_chosen,
            args=(key, pixels, strokes, answer),
        )
    flash.show(state.KEEP_MESSAGE, once=True)


def _save_chosen(key: str, pixels: ByteArray, strokes: Strokes | None, answer: Answer) -> None:
    # A second tap on the same digit chooses none.
    if (label := st.session_state[key]) is not None:
        _save(pixels, label, strokes, answer)


def _save(pixels: ByteArray, label: int, strokes: Strokes | None, answer: Answer) -> None:
    flash.run(state.KEEP_MESSAGE, lambda: my_digits.save(pixels, label, strokes, [answer]))


def _take_back(digit_id: str) -> None:
    flash.run(state.KEEP_MESSAGE, lambda: my_digits.delete(digit_id))
