"""The question that a page explains: why one digit, and why not another."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.ui.shared import state


@dataclass(frozen=True)
class Question:
    """Why `digit` and not `against`; why `digit` at all where that is None."""

    digit: int
    against: int | None

    @property
    def text(self) -> str:
        return f"{self.digit}" if self.against is None else f"{self.digit} and not {self.against}"


def pick_question(logits: FloatArray) -> Question:
    """Let a person choose two digits, at first the answer and the next best of `logits` (10,).

    Says what the scores of the two are. Stops the page where both are the same.
    """
    ranked = [int(digit) for digit in np.argsort(-logits, kind="stable")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = st.segmented_control(
            "Why",
            ["answer", *range(NUM_CLASSES)],
            default="answer",
            format_func=lambda one: f"its answer, {ranked[0]}" if one == "answer" else str(one),
            key=state.WHY_TARGET,
            required=True,
            persist_state="session",
            wrap=True,
        )
        rival = st.segmented_control(
            "and not",
            ["next", *range(NUM_CLASSES), "nothing"],
            default="next",
            format_func=lambda one: {"next": "the next best", "nothing": "(alone)"}.get(
                str(one), str(one)
            ),
            key=state.WHY_AGAINST,
            required=True,
            persist_state="session",
            wrap=True,
            help="Two digits: what tips the scales between them. Alone: what raises its own score.",
        )
    digit = ranked[0] if target == "answer" else int(target)
    against: int | None = None
    if rival == "next":
        against = next(other for other in ranked if other != digit)
    elif rival != "nothing":
        against = int(rival)
    if against == digit:
        st.info(f"Why {digit} and not {digit}? Choose two different digits.")
        st.stop()
    said = f"The network's score for {digit} is **{logits[digit]:+.2f}**"
    if against is not None:
        lead = float(logits[digit] - logits[against])
        said += (
            f", for {against} it is **{logits[against]:+.2f}**: {digit} "
            f"{'leads' if lead >= 0 else 'trails'} by **{abs(lead):.2f}**"
        )
    st.markdown(f"{said}.")
    return Question(digit, against)
