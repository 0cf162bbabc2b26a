"""Images of the evaluated set on the Evaluate page: galleries, and the chosen image, large."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.digit_images import image_figure, probability_figure
from mnistviz.charts.montage import add_tile_points, tile_figure, to_grid
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.evaluation import label_issues
from mnistviz.evaluation.label_issues import DOUBTS
from mnistviz.evaluation.predictions import Answers
from mnistviz.texts import _
from mnistviz.ui.evaluate.evaluated_set import digest, is_test_set, item_of
from mnistviz.ui.shared import state
from mnistviz.ui.shared.accessibility.point_list import list_points
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.loaded_networks import NOT_CALIBRATED
from mnistviz.ui.shared.page_registry import FEATURE_MAPS, WHY
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.sidebar import uses_drawing
from mnistviz.ui.shared.words.explained import explained, explained_caption

# The number of the chosen image, in the session's state.
IMAGE = "evaluate_image"
NO_IMAGE = -1
# The number and the first of the images shown, and the chosen image when they were shown first.
CHOSEN_BEFORE = "evaluate_chosen_before"
PER_PAGE = 60
# The order of images in a gallery, in words.
HIGHEST_FIRST = _("highest probability first")
# The marks of a label. The first one is that of a label without a doubt, which is not stored.
RIGHT = "right"
MARKS = (RIGHT, *reversed(DOUBTS))
MARK_NAMES = {"right": _("right"), "ambiguous": _("ambiguous"), "wrong": _("wrong")}


def show_gallery(
    answers: Answers,
    numbers: NDArray[np.int64],
    key: str,
    order: str,
    other: tuple[str, str, Answers] | None = None,
) -> NDArray[np.int64]:
    """Show images by their numbers in the set, page by page; a click shows one on all pages.

    `order` says in words how they are sorted. With `other`, the names of two networks and the
    answers of the second, the answers of both are shown. Returns the numbers on the page shown.
    """
    if not len(numbers):
        st.info(_("There is no such image."))
        return numbers
    pages = -(-len(numbers) // PER_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(
            _("Page, 1 to {pages}").format(pages=pages), 1, pages, key=f"{key}_page", width=160
        )
    part = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
    columns = 6 if is_narrow() else 12
    tiles = to_grid(to_input(answers.data.images[part]), columns)
    figure = tile_figure(
        tiles,
        np.ones(tiles.shape[:2], np.float32),
        signed=False,
        max_pixels=page_width() // (columns * tiles.shape[3]),
        labels=[caption(answers, number, other) for number in part],
        width=page_width(),
    )
    names = [describe_image(answers, number, other) for number in part]
    add_tile_points(figure, tiles.shape, part.tolist(), names)
    chart = f"{key}_{page}_{len(numbers)}"
    show(
        figure,
        key=chart,
        on_click=partial(_choose_clicked, chart, answers.data),
        alt=_("{shown} of {total:,} images, {order}").format(
            shown=len(part), total=len(numbers), order=order
        ),
    )
    explained_caption(
        _(
            "{shown} of {total:,}, {order}. Point at one for what it was read as, **click** it to "
            "look at it here and on all pages."
        ).format(shown=len(part), total=len(numbers), order=order)
    )
    list_points(
        _("Or choose it here"),
        {
            number: name.replace("<br>", "; ")
            for number, name in zip(part.tolist(), names, strict=True)
        },
        chosen_number(answers.data),
        f"{chart}_list",
        partial(_choose, answers.data),
    )
    return part


def caption(answers: Answers, number: int, other: tuple[str, str, Answers] | None = None) -> str:
    """The text above an image: its label, and the answer if it is wrong; of two networks both."""
    names = answers.data.class_names
    label, answer = names[answers.data.labels[number]], names[answers.answers[number]]
    if other:
        return f"{label}: {answer} | {names[other[2].answers[number]]}"
    return label if answers.right[number] else f"{label} → {answer}"


def describe_image(
    answers: Answers, number: int, other: tuple[str, str, Answers] | None = None
) -> str:
    """The name of an image with its label and answer, or those of two networks, for hovering."""
    data = answers.data
    name = f"{item_of(data)} {number}: {label_name(int(data.labels[number]), data.class_names)}"
    if other is None:
        return _("{name}, read as {answer}").format(name=name, answer=_answer(answers, number))
    first, second, theirs = other
    return _("{name}<br>{first}: {first_answer}<br>{second}: {second_answer}").format(
        name=name,
        first=first,
        first_answer=_answer(answers, number),
        second=second,
        second_answer=_answer(theirs, number),
    )


def _answer(answers: Answers, number: int) -> str:
    name = answers.data.class_names[answers.answers[number]]
    return f"{name} ({answers.confidence[number]:.1%})"


def _choose_clicked(chart: str, data: LabelledSet) -> None:
    points = st.session_state[chart].selection.points
    if points:
        _choose(data, int(np.ravel(points[0]["customdata"])[0]))


def _choose(data: LabelledSet, number: int) -> None:
    """Show an image of a set on all pages."""
    st.session_state[IMAGE] = number
    if is_test_set(data):
        st.session_state[state.IMAGE] = number
    else:
        # An image of another set replaces the drawing on all pages.
        image = to_input(data.images[number])
        label = label_name(int(data.labels[number]), data.class_names)
        name = _("image {number} of {name}, {label}").format(
            number=number, name=data.name, label=label
        )
        st.session_state[state.DRAWN_IMAGE] = image
        st.session_state[state.NAMED_IMAGE] = (name, image)
    st.session_state[state.USE_DRAWING] = not is_test_set(data)


# ---------------------------------------------------------------- the chosen image


def chosen_number(data: LabelledSet) -> int | None:
    """The number of the chosen image of a set; None while it is a drawing, or where none is."""
    if is_test_set(data):
        return None if uses_drawing() else int(st.session_state.get(state.IMAGE) or 0)
    number: int | None = st.session_state.get(IMAGE)
    return number if number is not None and number < len(data.labels) else None


def show_chosen(answers: Answers, among: NDArray[np.int64]) -> None:
    """Show the chosen image large, with its ten probabilities and links to other pages.

    Until an image is chosen, the first one `among` the numbers of those shown above it is shown.
    """
    chosen = chosen_number(answers.data)
    number = int(among[0]) if len(among) and not _is_new_choice(chosen, among) else chosen
    if number is None:
        return
    st.subheader(f"{item_of(answers.data).capitalize()} {number}", anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        name = describe_image(answers, number)
        show(image_figure(to_input(answers.data.images[number]), 220), "evaluate_picture", name)
    with right:
        shares = answers.probabilities(np.array([number]))[0]
        names = answers.data.class_names
        show(
            probability_figure(shares, 240, names),
            "evaluate_bars",
            _("Its probabilities: {name}").format(name=name),
        )
    verdict = _("right") if answers.right[number] else _("**wrong**")
    note = NOT_CALIBRATED if answers.temperature is None else ""
    explained(
        _(
            "Its label is **{label}**, it is read as **{answer}** at {confidence:.1%}{note}: "
            "{verdict}."
        ).format(
            label=names[answers.data.labels[number]],
            answer=names[answers.answers[number]],
            confidence=answers.confidence[number],
            note=note,
            verdict=verdict,
        )
    )
    with st.container(horizontal=True):
        if number == chosen:
            WHY.link()
            FEATURE_MAPS.link()
        else:
            st.button(
                _("Show it on all pages"),
                icon=":material/open_in_new:",
                on_click=_choose,
                args=(answers.data, number),
            )
    _show_mark(answers.data, number)


def _is_new_choice(chosen: int | None, among: NDArray[np.int64]) -> bool:
    """Whether an image was chosen since these images are shown, or is one of them."""
    images = (len(among), int(among[0]))
    before, chosen_then = st.session_state.get(CHOSEN_BEFORE, (None, None))
    chosen = NO_IMAGE if chosen is None else chosen
    if before != images:
        st.session_state[CHOSEN_BEFORE] = (images, chosen)
        chosen_then = chosen
    is_new = chosen in among or chosen != chosen_then
    if is_new:
        # It stays one when the person goes back to the image of before.
        st.session_state[CHOSEN_BEFORE] = (images, None)
    return is_new


def _show_mark(data: LabelledSet, number: int) -> None:
    """Let a person mark the label of an image as doubtful; the mark is stored at once."""
    name = digest(data)
    key = f"evaluate_doubt_{name}_{number}"
    st.session_state[key] = label_issues.read(name).get(number, RIGHT)

    def store() -> None:
        with errors_shown():
            mark = st.session_state[key]
            label_issues.mark(name, number, None if mark == RIGHT else mark)

    st.segmented_control(
        _("Do you agree with the label {class_names}? It is").format(
            class_names=data.class_names[data.labels[number]]
        ),
        MARKS,
        format_func=MARK_NAMES.__getitem__,
        key=key,
        on_change=store,
        required=True,
        help=_("Stored for all runs. *Labels in doubt* shows how the accuracy changes."),
    )
