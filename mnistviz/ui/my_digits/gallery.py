"""A person's digits side by side: click one to see what was read, to name it anew or delete it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.digit_images import gallery_figure, image_figure
from mnistviz.charts.theme import CHOSEN
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import Digit
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_width import is_narrow, page_width

if TYPE_CHECKING:
    import plotly.graph_objects as go

DIGITS_PER_PAGE = 60
GALLERY_WIDTH = 560
PICTURE_SIZE = 200
WRONG = "#e8590c"


# ---------------------------------------------------------------- callbacks


report = partial(flash.report, state.DIGITS_MESSAGE)
run_action = partial(flash.run, state.DIGITS_MESSAGE)


def restore(ids: Sequence[str]) -> None:
    """Bring deleted digits back."""

    def bring_back() -> str:
        for digit_id in ids:
            my_digits.restore(digit_id)
        return f"{_number(ids)} back."

    run_action(bring_back)


def _delete(ids: Sequence[str]) -> None:
    def take_out() -> str:
        for digit_id in ids:
            my_digits.delete(digit_id)
        return f"{_number(ids)} deleted."

    run_action(take_out, undo=ids)


def _number(ids: Sequence[str]) -> str:
    return "1 digit is" if len(ids) == 1 else f"{len(ids):,} digits are"


def _relabel(digit_id: str, key: str) -> None:
    label = st.session_state[key]
    if label is not None:
        run_action(lambda: f"It is a {my_digits.relabel(digit_id, label).label} now.")


def _use(digit: Digit) -> None:
    st.session_state[state.DRAWN_IMAGE] = to_input(digit.image)
    st.session_state[state.USE_DRAWING] = True
    report("All pages look at this digit now, until you choose a test image or draw another.")


def _choose(key: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    if points:
        st.session_state[state.CHOSEN_DIGIT] = points[0]["customdata"]


# ---------------------------------------------------------------- what is drawn


def show_last_action() -> None:
    """Show the message of the last action, with a way back from a deletion."""
    flash.show_with_undo(
        state.DIGITS_MESSAGE, lambda: [digit.id for digit in my_digits.deleted_digits()], restore
    )


def show_gallery(run: Run, mine: Sequence[Digit], probabilities: FloatArray) -> None:
    """All digits, those that the run reads wrong framed; below or beside it the chosen one.

    `probabilities` (n, 10) are what the run makes of them, NaN where it has not read one yet.
    """
    wrong = _wrong(mine, probabilities)
    label = st.pills("Only the", range(NUM_CLASSES), key="my_digits_label")
    only_wrong = st.toggle(
        f"Only those that {run.name} reads wrong: {wrong.sum():,}", key="my_digits_wrong"
    )
    shown = np.array([label is None or digit.label == label for digit in mine])
    shown = np.flatnonzero(shown & wrong if only_wrong else shown)[::-1]
    if not len(shown):
        st.info("None of your digits is so. Choose others above.")
        return
    num_pages = -(-len(shown) // DIGITS_PER_PAGE)
    page = 1
    if num_pages > 1:
        page = st.number_input(f"Page of {num_pages}", 1, num_pages, key="my_digits_page")
    here = shown[(page - 1) * DIGITS_PER_PAGE : page * DIGITS_PER_PAGE].tolist()
    chosen = st.session_state.get(state.CHOSEN_DIGIT)
    narrow = is_narrow()
    with st.container(horizontal=not narrow, gap="large"):
        left = st.container(width="stretch" if narrow else GALLERY_WIDTH)
        right = st.container(width="stretch")
    key = f"my_digits_{label}_{only_wrong}_{page}"
    with left:
        st.caption(f"Newest first; framed: {run.name} reads it wrong. **Click one** to look at it.")
        show(
            _figure([mine[n] for n in here], probabilities[here], wrong[here], narrow),
            key=key,
            on_click=partial(_choose, key),
            alt=f"{len(here)} digits that you kept, {wrong[here].sum()} of them read wrong",
        )
        if len(shown) < len(mine):
            st.button(
                f"Delete these {len(shown):,}",
                icon=":material/delete:",
                help="You can bring them back.",
                on_click=_delete,
                args=([mine[n].id for n in shown],),
            )
    by_id = {digit.id: number for number, digit in enumerate(mine)}
    with right:
        if chosen in by_id:
            _show_chosen(run, mine[by_id[chosen]], probabilities[by_id[chosen]])


def _wrong(mine: Sequence[Digit], probabilities: FloatArray) -> NDArray[np.bool_]:
    labels = np.array([digit.label for digit in mine])
    answers = np.nan_to_num(probabilities).argmax(axis=1)
    wrong: NDArray[np.bool_] = ~np.isnan(probabilities[:, 0]) & (answers != labels)
    return wrong


def _figure(
    here: Sequence[Digit], probabilities: FloatArray, wrong: NDArray[np.bool_], narrow: bool
) -> go.Figure:
    texts = []
    for digit, row in zip(here, probabilities, strict=True):
        read = "" if np.isnan(row[0]) else f", read as {row.argmax()} at {row.max():.1%}"
        texts.append(f"a {digit.label}{read}")
    frames = dict.fromkeys(np.flatnonzero(wrong).tolist(), WRONG)
    ids = [digit.id for digit in here]
    if (chosen := st.session_state.get(state.CHOSEN_DIGIT)) in ids:
        frames[ids.index(chosen)] = CHOSEN
    return gallery_figure(
        to_input(np.stack([digit.image for digit in here])),
        texts,
        ids,
        columns=6 if narrow else 12,
        # A few digits are no larger than many.
        width=page_width() if narrow else round(GALLERY_WIDTH * min(1, len(here) / 12)),
        frames=frames,
    )


def _show_chosen(run: Run, digit: Digit, probabilities: FloatArray) -> None:
    """One digit: what it is, who read it as what, and what can be done with it."""
    show(
        image_figure(to_input(digit.image), PICTURE_SIZE),
        "my_digit",
        f"Your digit, a {digit.label}",
    )
    key = f"my_digit_is_{digit.id}_{digit.label}"
    st.pills(
        "It is a",
        range(NUM_CLASSES),
        default=digit.label,
        key=key,
        on_change=_relabel,
        args=(digit.id, key),
    )
    with st.container(horizontal=True):
        st.button(
            "Use on all pages",
            icon=":material/visibility:",
            help="Feature maps, Why this answer? and the others look at this digit.",
            on_click=_use,
            args=(digit,),
        )
        st.button("Delete", icon=":material/delete:", on_click=_delete, args=([digit.id],))
    if not np.isnan(probabilities[0]):
        best = int(probabilities.argmax())
        st.markdown(f"{run.name} reads **{best}** at {probabilities[best]:.1%}.")
    if digit.answers:
        names = {one.id: one.name for one in registry.list_runs()}
        rows = [
            (names.get(one.run, one.run), one.step, one.digit, one.probabilities[one.digit])
            for one in digit.answers
        ]
        st.dataframe(
            pd.DataFrame(rows, columns=["when you kept it", "step", "read", "probability"]),
            hide_index=True,
            column_config={
                "step": st.column_config.NumberColumn(format="localized"),
                "probability": st.column_config.NumberColumn(format="percent"),
            },
            alt="What runs answered when you kept this digit",
        )
    drawn = "drawn" if digit.strokes else "a picture"
    st.caption(f"Kept {digit.created:%Y-%m-%d %H:%M} UTC, {drawn}, id {digit.id}")
