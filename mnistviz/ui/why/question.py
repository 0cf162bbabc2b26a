"""The question that a page explains: why one digit, and why not another."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.texts import _
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.words.explained import explained

# The keys of the two widgets, and their options that are no digit.
TARGET, AGAINST = "why_target", "why_against"
ANSWER, NEXT_BEST, NOTHING = "answer", "next", "nothing"


@dataclass(frozen=True)
class Question:
    """Why `digit` and not `against`; why `digit` at all where that is None.

    Both are numbers of classes with `names`.
    """

    digit: int
    against: int | None
    names: tuple[str, ...] = DIGIT_NAMES

    @property
    def text(self) -> str:
        name = self.names[self.digit]
        return (
            name
            if self.against is None
            else _("{name} and not {names}").format(name=name, names=self.names[self.against])
        )


def pick_question(logits: FloatArray, names: tuple[str, ...]) -> Question:
    """Let a person choose two digits, at first the answer and the next best of `logits` (10,).

    `names` are those of the classes.

    Shows the scores of the two. Stops the page where both are the same.
    """
    ranked = [int(digit) for digit in np.argsort(-logits, kind="stable")]
    digits: dict[int | str, str] = dict(enumerate(names))
    for key in (TARGET, AGAINST):
        # The run before may have had more classes.
        if isinstance(chosen := st.session_state.get(key), int) and chosen >= len(names):
            del st.session_state[key]
    settings: dict[str, Any] = {"persist_state": "session", "wrap": True}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = _("its answer, {names}").format(names=names[ranked[0]])
        target = pick(_("Why"), {ANSWER: first, **digits}, TARGET, **settings)
        rival = pick(
            _("and not"),
            {NEXT_BEST: _("the next best"), **digits, NOTHING: _("(alone)")},
            AGAINST,
            help=_(
                "Two digits: what tips the scales between them. Alone: what raises its own score."
            ),
            **settings,
        )
    digit = ranked[0] if target == ANSWER else int(target)
    against: int | None = None
    if rival == NEXT_BEST:
        against = next(other for other in ranked if other != digit)
    elif rival != NOTHING:
        against = int(rival)
    if against == digit:
        st.info(
            _("Why {names} and not {names}? Choose two different ones.").format(names=names[digit])
        )
        st.stop()
    explained(_scores_text(logits, digit, against, names))
    return Question(digit, against, names)


def _scores_text(
    logits: FloatArray, digit: int, against: int | None, names: tuple[str, ...]
) -> str:
    name = names[digit]
    text = _("The network's score for {name} is **{logits:+.2f}**").format(
        name=name, logits=logits[digit]
    )
    if against is None:
        return f"{text}."
    lead = float(logits[digit] - logits[against])
    return _(
        "{text}, for {names} it is **{logits:+.2f}**: {name} {leads} by **{lead:.2f}**."
    ).format(
        text=text,
        names=names[against],
        logits=logits[against],
        name=name,
        leads=_("leads") if lead >= 0 else _("trails"),
        lead=abs(lead),
    )
