"""The answer to several digits side by side."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.segmentation import Segment, number_text
from mnistviz.evaluation.digit_reader import Reading
from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _, ngettext
from mnistviz.ui.draw.narrow_answer import NARROW_ANSWER, NO_ANSWER
from mnistviz.ui.draw.picture_input import NO_INK
from mnistviz.ui.shared import loaded_networks, state
from mnistviz.ui.shared.accessibility.announcement import announce
from mnistviz.ui.shared.inputs import metric_with_note, pick
from mnistviz.ui.shared.words.explained import explained, explained_caption

# Two pixels for one of MNIST's; four digits stand side by side on a phone.
DIGIT_SIZE = 56
# A smaller probability of a second digit would be shown as 0.0 %.
LEAST_SHOWN = 0.0005
NO_DIGITS = _("No digits found: write a number, such as 1984, from left to right.")


def show_number(
    snapshot: Snapshot,
    segments: Sequence[Segment],
    above: DeltaGenerator | None = None,
    *,
    of_picture: bool = False,
) -> None:
    """Show the number, and each of its digits with its picture and probability.

    On a narrow page the number is in `above`, a container above the canvas. The chosen
    digit is the drawing that all pages show. It is said what was left out.
    """
    digits = [segment for segment in segments if segment.role == "digit"]
    if not digits:
        st.session_state.pop(state.DRAWN_IMAGE, None)
        if above is not None:
            above.markdown(NARROW_ANSWER.format(NO_ANSWER, ""))
        st.info(NO_INK if of_picture and not segments else NO_DIGITS)
        _say_left_out(segments)
        return
    images = [segment.stages.image for segment in digits]
    reader = loaded_networks.digit_reader(snapshot)
    readings = [reader.read(image) for image in images]
    number = number_text(segments, [reading.digit for reading in readings])
    note = _note(readings)
    heading = TEXTS["digit"].heading
    announce(f"{heading} {number}, {note}")
    if above is None:
        metric_with_note(heading, number, note, border=False)
    else:
        above.markdown(NARROW_ANSWER.format(f"{heading} {number}", f":gray[{note}]"))
    with st.container(horizontal=True, gap="small"):
        for place, (image, reading) in enumerate(zip(images, readings, strict=True), 1):
            with st.container(width=DIGIT_SIZE + 40):
                alt = _("Digit {place} of {count} as the network sees it").format(
                    place=place, count=len(digits)
                )
                _show_digit(
                    image, reading, _("{alt}, read as {digit}").format(alt=alt, digit=reading.digit)
                )
    _say_left_out(segments)
    titles = {place: f"{place + 1}: {reading.digit}" for place, reading in enumerate(readings)}
    label = _("Digit that the other pages show")
    chosen = pick(label, titles, key=f"looked_at_{number}", wrap=True)
    st.session_state[state.DRAWN_IMAGE] = images[chosen]
    explained_caption(
        _(
            "Of all ways to cut the number, this is the one whose parts look most like digits to "
            "the network. It can be wrong: leave some room between the digits. Several lines are "
            "read one by one. A dot at the foot of the digits is a decimal point. A dash at half "
            "their height is a minus sign."
        )
    )


def _note(readings: Sequence[Reading]) -> str:
    """Return which digit may be none or, where all are digits, which one is least certain."""
    if doubtful := [reading for reading in readings if reading.verdict != "digit"]:
        return _("perhaps no digit: the {digit}").format(digit=doubtful[0].digit)
    least_sure = min(readings, key=lambda reading: reading.probability)
    return _("lowest certainty: the {digit}, {probability:.1%}").format(
        digit=least_sure.digit, probability=least_sure.probability
    )


def _say_left_out(segments: Sequence[Segment]) -> None:
    if left_out := sum(segment.role == "left_out" for segment in segments):
        explained_caption(
            ngettext(
                ":orange[{count} mark was left out:] too small, or beside the lines of digits. "
                "Crop the picture to the number if a digit is missing.",
                ":orange[{count} marks were left out:] too small, or beside the lines of digits. "
                "Crop the picture to the number if a digit is missing.",
                left_out,
            ).format(count=left_out)
        )


def _show_digit(image: FloatArray, reading: Reading, alt: str) -> None:
    st.image(np.kron(image, np.ones((2, 2), np.float32)), width=DIGIT_SIZE, alt=alt)
    second = reading.ranking[1]
    explained(f"**{reading.digit}** {reading.probability:.1%}")
    if (probability := reading.probabilities[second]) >= LEAST_SHOWN:
        explained_caption(
            _("or {second}: {probability:.1%}").format(second=second, probability=probability)
        )
    # A part is read in any case, as the parts beside it suggest a digit.
    if badge := TEXTS[reading.verdict].badge:
        st.badge(badge, color="orange")
