"""Below an answer: buttons that save the drawing among a person's digits, right or wrong.

A button belongs to the drawing that it was shown for. The canvas reports a stroke 0.2 s after the
pen was lifted, so a press can arrive before a stroke that was drawn earlier: what it saved is taken
back when that stroke arrives.
"""

import time
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.drawing.preprocessing import Stages
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.digits.my_digits import NO_DIGIT, Answer
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.draw.canvas import reported_drawing
from mnistviz.ui.draw.canvas_history import same
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.words.explained import explained

# A stroke that arrives so soon after the press was drawn before it: 0.2 s until the canvas reports
# it, and the time of a run of the page.
LATE_REPORT_SECONDS = 1.5
# The digit that was saved last, and the time.
JUST_SAVED = "just_saved_digit"


@dataclass(frozen=True)
class _JustSaved:
    digit_id: str
    strokes: Strokes
    time: float


def keep_digit(
    snapshot: Snapshot,
    stages: Stages,
    strokes: Strokes | None,
    probabilities: FloatArray,
    digit: int | None,
) -> None:
    """Show buttons that save the drawing of `stages` with the answer as label, or another one.

    `strokes` are None for a picture, `probabilities` (10,) are those that the page shows, `digit`
    is the one that it answers, None where it answers that it is no digit.
    """
    if strokes is not None:
        _take_back_if_changed(strokes)
    pixels = my_digits.to_pixels(stages.image)
    answer = Answer(
        snapshot.run.id, snapshot.step, tuple(np.clip(probabilities, 0, 1).astype(float).tolist())
    )
    saved = my_digits.find_image(pixels)
    label = NO_DIGIT if digit is None else digit
    # In a row with the buttons, the pills would not break into two lines on a phone.
    box = st.container(key="keep_digit")
    with box.container(horizontal=True, vertical_alignment="center"):
        if saved is None:
            st.button(
                _("Right, it is {label}").format(label=my_digits.label_name(label)),
                icon=":material/check:",
                # A button of its own for each drawing: a late press can't count for the next one.
                key=f"right_{my_digits.id_of(pixels)}",
                help=_("Keeps it in My digits, on this machine: ")
                + (
                    _("to see what is refused and what is not.")
                    if label == NO_DIGIT
                    else _("to test networks with your handwriting, and to teach them.")
                ),
                on_click=_save,
                args=(pixels, label, strokes, answer),
            )
        else:
            explained(
                _(":material/check: Kept in My digits as {bold}.").format(
                    bold=_bold_name(saved.label)
                )
            )
            st.button(_("Take back"), icon=":material/undo:", on_click=_take_back, args=(saved.id,))
    with box:
        # The key has the saved label, so that the pills start with it after each change.
        key = f"said_{my_digits.id_of(pixels)}_{saved.label if saved else None}"
        st.pills(
            _("Wrong? Tap what it was") if saved is None else _("Something else? Tap what it is"),
            range(NO_DIGIT + 1),
            format_func=lambda label: _("no digit") if label == NO_DIGIT else str(label),
            default=saved.label if saved else None,
            key=key,
            on_change=_save_chosen,
            args=(key, pixels, strokes, answer),
        )
    flash.show(state.KEEP_MESSAGE, once=True)


def _bold_name(label: int) -> str:
    return _("**no digit**") if label == NO_DIGIT else f"{my_digits.article(label)} **{label}**"


def _save_chosen(key: str, pixels: ByteArray, strokes: Strokes | None, answer: Answer) -> None:
    # A second tap on the same digit chooses none.
    if (label := st.session_state[key]) is not None:
        _save(pixels, label, strokes, answer)


def _save(pixels: ByteArray, label: int, strokes: Strokes | None, answer: Answer) -> None:
    """Save the drawing that the button was shown for, unless the canvas has another one now."""

    def save() -> None:
        if strokes is not None:
            now = reported_drawing()
            if now is not None and not same(now, strokes):
                raise changed_error()
        known = my_digits.find_image(pixels)
        digit = my_digits.save(pixels, label, strokes, [answer])
        if strokes is not None and known is None:
            st.session_state[JUST_SAVED] = _JustSaved(digit.id, strokes, time.monotonic())

    flash.run(state.KEEP_MESSAGE, save)


def _take_back_if_changed(strokes: Strokes) -> None:
    """Take the digit saved last back, if a stroke drawn before the press has arrived since."""
    saved: _JustSaved | None = st.session_state.get(JUST_SAVED)
    if saved is None or same(saved.strokes, strokes):
        return
    del st.session_state[JUST_SAVED]
    if time.monotonic() - saved.time < LATE_REPORT_SECONDS and _begins_with(strokes, saved.strokes):
        my_digits.delete(saved.digit_id)
        my_digits.delete_permanently(saved.digit_id)
        flash.report(state.KEEP_MESSAGE, str(changed_error()), "error")


def _begins_with(strokes: Strokes, first: Strokes) -> bool:
    """Whether the first strokes of a drawing are those of another one."""
    count = len(first.strokes)
    beginning = Strokes(strokes.width, strokes.height, strokes.brush, strokes.strokes[:count])
    return same(beginning, first)


def changed_error() -> DrawingError:
    """The error that a stroke arrived after the button was shown."""
    return DrawingError(
        _(
            "expected the drawing that the button was shown for, got another stroke as you "
            "pressed: nothing was kept. Press again if the new answer is right"
        )
    )


def _take_back(digit_id: str) -> None:
    flash.run(state.KEEP_MESSAGE, lambda: my_digits.delete(digit_id))
