"""A person's digits side by side; the chosen one can be relabelled or deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
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
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _, ngettext
from mnistviz.ui.shared import flash, loaded_networks, state
from mnistviz.ui.shared.accessibility.point_list import list_points
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.words.explained import explained, explained_caption

if TYPE_CHECKING:
    import plotly.graph_objects as go

DIGITS_PER_PAGE = 60
GALLERY_WIDTH = 560
PICTURE_SIZE = 200
# Digits in a row on a wide and on a narrow page.
COLUMNS, NARROW_COLUMNS = 12, 6
# The colour of the frame around a misclassified digit.
WRONG = "#e8590c"


# ---------------------------------------------------------------- callbacks


report = partial(flash.report, state.DIGITS_MESSAGE)
run_action = partial(flash.run, state.DIGITS_MESSAGE)


def change_all(
    ids: Sequence[str], change: Callable[[str], object], message: str, undo: Sequence[str] = ()
) -> None:
    """Change digits by their ids and report `message`; `undo` are the ids of deleted ones."""

    def apply() -> str:
        for digit_id in ids:
            change(digit_id)
        return message

    run_action(apply, undo=undo)


def restore(ids: Sequence[str]) -> None:
    """Restore deleted digits."""
    change_all(
        ids, my_digits.restore, _("{digits_are} back.").format(digits_are=digits_are(len(ids)))
    )


def _delete(ids: Sequence[str]) -> None:
    change_all(
        ids,
        my_digits.delete,
        _("{digits_are} deleted.").format(digits_are=digits_are(len(ids))),
        undo=ids,
    )


def digits_are(number: int) -> str:
    """The start of a message about so many digits."""
    return ngettext("{number:,} digit is", "{number:,} digits are", number).format(number=number)


def _relabel(digit_id: str, key: str) -> None:
    label = st.session_state[key]
    if label is not None:
        run_action(
            lambda: _("It is {label} now.").format(
                label=my_digits.label_name(my_digits.relabel(digit_id, label).label)
            )
        )


def _use(digit: Digit) -> None:
    st.session_state[state.DRAWN_IMAGE] = to_input(digit.image)
    st.session_state[state.USE_DRAWING] = True
    report(_("All pages look at this digit now, until you choose a test image or draw another."))


def _choose(key: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    if points:
        _choose_digit(points[0]["customdata"])


def _choose_digit(digit_id: str) -> None:
    st.session_state[state.CHOSEN_DIGIT] = digit_id


# ---------------------------------------------------------------- the gallery


def show_last_action() -> None:
    """Show the message of the last action, with a button that undoes a deletion."""
    flash.show_with_undo(
        state.DIGITS_MESSAGE, lambda: [digit.id for digit in my_digits.deleted_digits()], restore
    )


def show_gallery(snapshot: Snapshot, digits: Sequence[Digit], probabilities: FloatArray) -> None:
    """Show the digits with the misclassified ones framed, and the chosen one large.

    `probabilities` (n, 10) are those of the snapshot, NaN for a digit that it has not classified.
    """
    run = snapshot.run
    wrong = misclassified(digits, probabilities)
    label = st.pills(_("Only the"), range(NUM_CLASSES), key="my_digits_label")
    only_wrong = st.toggle(
        _("Only those that {name} reads wrong: {count:,}").format(name=run.name, count=wrong.sum()),
        key="my_digits_wrong",
    )
    of_label = np.array([label is None or digit.label == label for digit in digits])
    shown = np.flatnonzero(of_label & wrong if only_wrong else of_label)[::-1]
    if not len(shown):
        st.info(_("None of your digits is so. Choose others above."))
        return
    page = _choose_page(-(-len(shown) // DIGITS_PER_PAGE))
    here = shown[(page - 1) * DIGITS_PER_PAGE : page * DIGITS_PER_PAGE].tolist()
    narrow = is_narrow()
    with st.container(horizontal=not narrow, gap="large"):
        left = st.container(width="stretch" if narrow else GALLERY_WIDTH)
        right = st.container(width="stretch")
    key = f"my_digits_{label}_{only_wrong}_{page}"
    texts = _texts([digits[n] for n in here], probabilities[here])
    with left:
        explained_caption(
            _("Newest first; framed: {name} reads it wrong. **Click one** to look at it.").format(
                name=run.name
            )
        )
        show(
            _figure([digits[n] for n in here], texts, wrong[here]),
            key=key,
            on_click=partial(_choose, key),
            alt=_("{count} digits that you kept, {wrong} of them read wrong").format(
                count=len(here), wrong=wrong[here].sum()
            ),
        )
        ids = [digits[n].id for n in here]
        list_points(
            _("Or choose it here"),
            {
                each: f"{number}: {text}"
                for number, (each, text) in enumerate(zip(ids, texts, strict=True), 1)
            },
            st.session_state.get(state.CHOSEN_DIGIT),
            f"{key}_list",
            _choose_digit,
        )
        if len(shown) < len(digits):
            _offer_to_delete([digits[n].id for n in shown])
    with right:
        for digit, row in zip(digits, probabilities, strict=True):
            if digit.id == st.session_state.get(state.CHOSEN_DIGIT):
                _show_chosen(snapshot, digit, row)


def _choose_page(num_pages: int) -> int:
    """Let a person choose a page, where there are several; return its number, from 1."""
    if num_pages == 1:
        return 1
    label = _("Page of {num_pages}").format(num_pages=num_pages)
    return st.number_input(label, 1, num_pages, key="my_digits_page")


def _offer_to_delete(ids: list[str]) -> None:
    st.button(
        _("Delete these {count:,}").format(count=len(ids)),
        icon=":material/delete:",
        help=_("You can bring them back."),
        on_click=_delete,
        args=(ids,),
    )


def misclassified(digits: Sequence[Digit], probabilities: FloatArray) -> NDArray[np.bool_]:
    """Whether each digit is misclassified `(n,)`; False for NaN in `probabilities` (n, 10)."""
    labels = np.array([digit.label for digit in digits])
    answers = np.nan_to_num(probabilities).argmax(axis=1)
    wrong: NDArray[np.bool_] = ~np.isnan(probabilities[:, 0]) & (answers != labels)
    return wrong


def _texts(here: Sequence[Digit], probabilities: FloatArray) -> list[str]:
    """The label of each digit, and what it is read as."""
    texts = []
    for digit, row in zip(here, probabilities, strict=True):
        answer = (
            ""
            if np.isnan(row[0])
            else _(", read as {digit} at {probability:.1%}").format(
                digit=row.argmax(), probability=row.max()
            )
        )
        texts.append(f"{my_digits.label_name(digit.label)}{answer}")
    return texts


def _figure(
    here: Sequence[Digit],
    texts: Sequence[str],
    wrong: NDArray[np.bool_],
) -> go.Figure:
    frames = dict.fromkeys(np.flatnonzero(wrong).tolist(), WRONG)
    ids = [digit.id for digit in here]
    if (chosen := st.session_state.get(state.CHOSEN_DIGIT)) in ids:
        frames[ids.index(chosen)] = CHOSEN
    narrow = is_narrow()
    # A few digits are no larger than many.
    wide = round(GALLERY_WIDTH * min(1, len(here) / COLUMNS))
    return gallery_figure(
        to_input(np.stack([digit.image for digit in here])),
        texts,
        ids,
        columns=NARROW_COLUMNS if narrow else COLUMNS,
        width=page_width() if narrow else wide,
        frames=frames,
    )


# ---------------------------------------------------------------- the chosen digit


def _show_chosen(snapshot: Snapshot, digit: Digit, probabilities: FloatArray) -> None:
    """Show a digit with its label, the answers to it, and what can be done with it."""
    show(
        image_figure(to_input(digit.image), PICTURE_SIZE),
        "my_digit",
        _("Your digit, {label}").format(label=my_digits.label_name(digit.label)),
    )
    key = f"my_digit_is_{digit.id}_{digit.label}"
    st.pills(
        _("It is a"),
        range(NUM_CLASSES),
        default=digit.label,
        key=key,
        on_change=_relabel,
        args=(digit.id, key),
    )
    with st.container(horizontal=True):
        st.button(
            _("Use on all pages"),
            icon=":material/visibility:",
            help=_("Feature maps, Why this answer? and the others look at this digit."),
            on_click=_use,
            args=(digit,),
        )
        st.button(_("Delete"), icon=":material/delete:", on_click=_delete, args=([digit.id],))
    if not np.isnan(probabilities[0]):
        best = int(probabilities.argmax())
        note = loaded_networks.calibration_note(snapshot)
        reads = _("{name} reads **{best}**").format(name=snapshot.run.name, best=best)
        explained(
            _("{reads} at {probabilities:.1%}{note}.").format(
                reads=reads, probabilities=probabilities[best], note=note
            )
        )
    if digit.answers:
        names = {known.id: known.name for known in registry.list_runs()}
        st.dataframe(
            [
                {
                    _("when you kept it"): names.get(answer.run, answer.run),
                    _("step"): answer.step,
                    _("read"): answer.digit,
                    _("probability"): answer.probabilities[answer.digit],
                }
                for answer in digit.answers
            ],
            hide_index=True,
            column_config={
                _("step"): st.column_config.NumberColumn(format="localized"),
                _("probability"): st.column_config.NumberColumn(format="percent"),
            },
            alt=_("What runs answered when you kept this digit"),
        )
    drawn = _("drawn") if digit.strokes else _("a picture")
    explained_caption(
        _("Kept {created:%Y-%m-%d %H:%M} UTC, {drawn}, id {id}").format(
            created=digit.created, drawn=drawn, id=digit.id
        )
    )
