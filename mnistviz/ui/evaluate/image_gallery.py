"""The images behind the numbers of the Evaluate page: clicked cells, mistakes, one image."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.evaluation.confusion import (
    CELLS_HEIGHT,
    clickable_confusion_figure,
)
from mnistviz.charts.montage import add_tile_points, tile_figure, to_grid
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import to_input
from mnistviz.evaluation.metrics import class_scores
from mnistviz.evaluation.predictions import Answers, errors_of, in_cell
from mnistviz.ui.evaluate.evaluated_set import is_test_set, item_of
from mnistviz.ui.shared import state
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_width import is_narrow, page_width

CELL = "evaluate_cell"
MIX_UP = "evaluate_mix_up"
IMAGE = "evaluate_image"

# Of the matrix on a phone, where it is as wide as the page.
NARROW_CELLS_HEIGHT = 340

NUM_MIX_UPS = 8
PER_PAGE = 60


def show_confusion(found: Answers, score: Evaluation) -> None:
    """The matrix, and below it the images of the chosen cell."""
    confusion = score.confusion
    mix_ups = _mix_ups(confusion)
    chosen = st.session_state.get(CELL) or (mix_ups or [(0, 0)])[0]
    matrix, classes = st.columns([3, 2], gap="medium")
    with matrix:
        st.caption(
            "**Click a cell** to see its images. Rows are what an image is, columns what it was "
            "read as. Look for the warmest cells: those pairs are mixed up most."
        )
        show(
            clickable_confusion_figure(
                confusion,
                chosen,
                NARROW_CELLS_HEIGHT if is_narrow() else CELLS_HEIGHT,
            ),
            key="evaluate_confusion",
            on_click=_choose_cell,
            alt=f"Confusion matrix of {score.images:,} images, {int(np.trace(confusion)):,} right",
        )
        if mix_ups:
            st.pills(
                "Most frequent mix-ups",
                [_name(*pair) for pair in mix_ups],
                key=MIX_UP,
                on_change=_choose_mix_up,
                wrap=True,
                format_func=lambda name: f"{name}: {confusion[_pair(name)]}",
            )
    with classes:
        _show_classes(found)
    label, answer = chosen
    inside = in_cell(found, label, answer)
    right = label == answer
    what = f"{count_of(len(inside), 'image')} of a {label}"
    st.subheader(f"{what}, read {'right' if right else f'as {answer}'}", anchor=False)
    order = "the least sure first" if right else "the surest first"
    show_gallery(found, inside, f"evaluate_cell_{label}_{answer}", order)


def show_mistakes(found: Answers) -> None:
    """All images read wrong, those first of which the network was surest."""
    wrong = errors_of(found)
    if not len(wrong):
        st.success("No image of this set is read wrong.")
        return
    sure = int((found.confidence[wrong] >= 0.9).sum())
    st.markdown(
        f"**{count_of(len(wrong), 'mistake')}**, {sure:,} of them at a probability of 90 % or "
        "more. Would you have read them right? A few labels are wrong themselves."
    )
    digits = sorted(set(found.data.labels[wrong].tolist()))
    only: int | None = st.pills(
        "Only images of a",
        digits,
        key="evaluate_only",
        help="None chosen: all of them.",
    )
    if only is not None:
        wrong = wrong[found.data.labels[wrong] == only]
    show_gallery(found, wrong, f"evaluate_wrong_{only}", "the surest first")


def show_gallery(
    found: Answers,
    numbers: NDArray[np.int64],
    key: str,
    order: str,
    other: tuple[str, str, Answers] | None = None,
) -> None:
    """Images by their numbers in the set, page by page; a click shows one on all pages.

    With the names of two networks and the answers of the second, both answers are told.
    """
    if not len(numbers):
        st.info("There is no such image.")
        return
    pages = -(-len(numbers) // PER_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(f"Page, 1 to {pages}", 1, pages, key=f"{key}_page", width=160)
    part = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
    if other:
        names = [_describe_both(found, other, number) for number in part]
        captions = [
            f"{found.data.labels[i]}: {found.answers[i]} | {other[2].answers[i]}" for i in part
        ]
    else:
        names = [describe_image(found, number) for number in part]
        captions = [_verdict(found, number) for number in part]
    columns = 6 if is_narrow() else 12
    tiles = to_grid(to_input(found.data.images[part]), columns)
    figure = tile_figure(
        tiles,
        np.ones(tiles.shape[:2], np.float32),
        signed=False,
        max_pixels=page_width() // (columns * tiles.shape[3]),
        labels=captions,
        width=page_width(),
    )
    add_tile_points(figure, tiles.shape, part.tolist(), names)
    chart = f"{key}_{page}_{len(numbers)}"
    show(
        figure,
        key=chart,
        on_click=partial(_choose_image, chart, found.data),
        alt=f"{len(part)} of {len(numbers):,} images, {order}",
    )
    st.caption(
        f"{len(part)} of {len(numbers):,}, {order}. Point at one for what it was read as, "
        "**click** it to look at it here and on all pages."
    )


def _verdict(found: Answers, number: int) -> str:
    """What stands above an image: what it is, and what it was read as if that is another."""
    label = str(found.data.labels[number])
    return label if found.right[number] else f"{label} → {found.answers[number]}"


def describe_image(found: Answers, number: int) -> str:
    """What an image is and what it was read as, for hovering."""
    return (
        f"{item_of(found.data)} {number}: a {found.data.labels[number]}, read as "
        f"{found.answers[number]} ({found.confidence[number]:.1%})"
    )


def _describe_both(found: Answers, other: tuple[str, str, Answers], number: int) -> str:
    """What two networks read in an image, for hovering."""
    first, second, answers = other
    return (
        f"{item_of(found.data)} {number}: a {found.data.labels[number]}<br>"
        f"{first}: {found.answers[number]} ({found.confidence[number]:.1%})<br>"
        f"{second}: {answers.answers[number]} ({answers.confidence[number]:.1%})"
    )


def _show_classes(found: Answers) -> None:
    import pandas as pd

    st.caption(
        "**Digit by digit.** Precision: how much of what was read as this digit is one. Recall: "
        "how much of what is one was found. F1 is low if either is."
    )
    rows = class_scores(found.data.labels, found.answers)
    table = pd.DataFrame(
        {
            "images": [row.images for row in rows],
            "precision": [100 * row.precision for row in rows],
            "recall": [100 * row.recall for row in rows],
            "F1": [100 * row.f1 for row in rows],
        },
        index=pd.Index(range(NUM_CLASSES), name="digit"),
    )
    percent = st.column_config.NumberColumn(format="%.2f %%")
    st.dataframe(
        table,
        key="evaluate_classes",
        height="content",
        column_config={
            "images": st.column_config.NumberColumn(format="localized"),
            **dict.fromkeys(("precision", "recall", "F1"), percent),
        },
    )


def count_of(number: int, thing: str) -> str:
    """A number with its noun: 1 image, 2 images."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _mix_ups(confusion: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The cells off the diagonal with the most images, most first."""
    mistakes = np.where(np.eye(len(confusion), dtype=bool), 0, confusion)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:NUM_MIX_UPS]
    pairs = [divmod(int(place), len(confusion)) for place in order]
    return [pair for pair in pairs if mistakes[pair]]


def _name(label: int, answer: int) -> str:
    return f"{label} → {answer}"


def _pair(name: str) -> tuple[int, int]:
    label, answer = name.split(" → ")
    return int(label), int(answer)


def _choose_cell() -> None:
    points = st.session_state["evaluate_confusion"].selection.points
    if points:
        label, answer = points[0]["customdata"][:2]
        st.session_state[CELL] = (int(label), int(answer))
        st.session_state[MIX_UP] = None


def _choose_mix_up() -> None:
    if name := st.session_state[MIX_UP]:
        st.session_state[CELL] = _pair(name)


def _choose_image(chart: str, data: LabelledSet) -> None:
    points = st.session_state[chart].selection.points
    if points:
        number = int(np.ravel(points[0]["customdata"])[0])
        st.session_state[IMAGE] = number
        if is_test_set(data):
            st.session_state[state.IMAGE] = number
            st.session_state[state.USE_DRAWING] = False
        else:
            # An image from elsewhere takes the place of the drawing on all pages.
            image = to_input(data.images[number])
            name = f"image {number} of {data.name}, a {data.labels[number]}"
            st.session_state[state.DRAWN_IMAGE] = image
            st.session_state[state.NAMED_IMAGE] = (name, image)
            st.session_state[state.USE_DRAWING] = True
