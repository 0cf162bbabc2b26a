"""The numbers of the Evaluate page: accuracy, confusion matrix, scores by digit, mistakes."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.evaluation.confusion import CELLS_HEIGHT, clickable_confusion_figure
from mnistviz.core.constants import DIGIT_NAMES, noun_of
from mnistviz.core.statistics import accuracy_interval
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.digits.my_digits import label_name
from mnistviz.evaluation.metrics import class_scores, top_k
from mnistviz.evaluation.predictions import Answers, errors_of, in_cell
from mnistviz.evaluation.scoring import score
from mnistviz.runs import fine_tune_set
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.evaluate.evaluated_set import is_test_set
from mnistviz.ui.evaluate.image_gallery import HIGHEST_FIRST, show_gallery
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import metric_with_note
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained, explained_caption

# Keys of the session's state: (label, answer) of the chosen cell, and the chosen mix-up.
CELL = "evaluate_cell"
MIX_UP = "evaluate_mix_up"
MATRIX = "evaluate_confusion"
LABEL, ANSWER = "evaluate_is", "evaluate_read_as"

# Height of the matrix on a phone, where it is as wide as the page.
NARROW_CELLS_HEIGHT = 340
NUM_MIX_UPS = 8
# A mistake with at least this probability is counted as a sure one.
SURE = 0.9


def finding_of(run: Run, answers: Answers) -> str:
    """Return how well a run reads a set, what it mixes up and how sure it is then, in words."""
    right, total = int(answers.right.sum()), len(answers.right)
    wrong = errors_of(answers)
    finding = _("**{name} reads {right:,} of {images} right.**").format(
        name=run.name, right=right, images=count_of(total, "image")
    )
    if not len(wrong):
        return finding
    confusion = score(answers.logits, answers.data.labels).confusion
    label, answer = most_frequent_mix_ups(confusion)[0]
    names = answers.data.class_names
    sure = int((answers.confidence[wrong] >= SURE).sum())
    return _(
        "{finding} Most often it takes {label} for {answer}: {times}. In {sure:,} of its "
        "{mistakes} it was sure, with a probability of {probability:.0%} or more."
    ).format(
        finding=finding,
        label=label_name(label, names),
        answer=label_name(answer, names),
        times=count_of(int(confusion[label, answer]), "time"),
        sure=sure,
        mistakes=count_of(len(wrong), "mistake"),
        probability=SURE,
    )


def show_headline(run: Run, answers: Answers) -> None:
    """Show accuracy with its interval, mistakes, loss and top 2.

    Says so where the training was validated on these images, or trained on some of them.
    """
    result = score(answers.logits, answers.data.labels)
    right = int(answers.right.sum())
    low, high = accuracy_interval(right, result.images)
    shares = top_k(answers.logits, answers.data.labels)
    missed = [round((1 - share) * result.images) for share in shares]
    with st.container(horizontal=True):
        metric_with_note(
            _("Accuracy"),
            f"{result.accuracy:.2%}",
            _("likely range: {low:.2%} to {high:.2%}").format(low=low, high=high),
        )
        metric_with_note(
            _("Read wrong"),
            f"{result.images - right:,}",
            _("of {images:,}").format(images=result.images),
        )
        metric_with_note(_("Loss"), f"{result.loss:.4f}", _("before calibration"))
        wrong = _("wrong: {missed:,}").format(missed=missed[1])
        if len(missed) > 2:
            wrong += _("; in three: {missed:,}").format(missed=missed[2])
        metric_with_note(_("Right in two guesses"), f"{shares[1]:.2%}", wrong)
    if is_test_set(answers.data) and run.spec.train.validated_on == "test":
        explained_caption(
            _(
                "**{name}** was checked on these same images after each epoch, as the original "
                "author's run was. It was not trained on them."
            ).format(name=run.name)
        )
    if seen := fine_tune_set.num_trained_on(run, answers.data.images):
        st.warning(
            _(
                "{name} was trained on {seen:,} of these {images:,} images: to read those right "
                "is no test. *My digits*, *Teach* shows the result on digits that were held out."
            ).format(name=run.name, seen=seen, images=result.images)
        )


# ---------------------------------------------------------------- the confusion matrix


def show_confusion(_snapshot: Snapshot, answers: Answers) -> NDArray[np.int64]:
    """Show the confusion matrix, the scores by digit and the images of the chosen cell.

    Returns the numbers of these images.
    """
    result = score(answers.logits, answers.data.labels)
    mix_ups = most_frequent_mix_ups(result.confusion)
    names = answers.data.class_names
    chosen = st.session_state.get(CELL)
    if chosen is None or max(chosen) >= len(names):
        chosen = (mix_ups or [(0, 0)])[0]
    label, answer = chosen
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_matrix(result, chosen, mix_ups, names)
    with right:
        _show_class_scores(answers)
    inside = in_cell(answers, label, answer)
    is_right = label == answer
    of_label = _("{images} of {label}").format(
        images=count_of(len(inside), "image"), label=label_name(label, names)
    )
    read = _("right") if is_right else _("as {names}").format(names=names[answer])
    st.subheader(_("{of_label}, read {read}").format(of_label=of_label, read=read), anchor=False)
    order = _("lowest probability first") if is_right else HIGHEST_FIRST
    return show_gallery(answers, inside, f"{CELL}_{label}_{answer}", order)


def _show_matrix(
    result: Evaluation,
    chosen: tuple[int, int],
    mix_ups: list[tuple[int, int]],
    names: tuple[str, ...],
) -> None:
    explained_caption(
        _(
            "**Click a cell** to see its images. A row is what an image is, a column what it was "
            "read as. The warmest cells are those that are confused most often."
        )
    )
    height = NARROW_CELLS_HEIGHT if is_narrow() else CELLS_HEIGHT
    show(
        clickable_confusion_figure(result.confusion, chosen, height, names),
        key=MATRIX,
        on_click=_choose_cell,
        alt=_("Confusion matrix of {images:,} images, {trace:,} right").format(
            images=result.images, trace=int(np.trace(result.confusion))
        ),
    )
    st.session_state[LABEL], st.session_state[ANSWER] = chosen
    with st.container(horizontal=True):
        for title, key in ((_("Is a"), LABEL), (_("Read as"), ANSWER)):
            if names == DIGIT_NAMES:
                st.number_input(title, 0, 9, key=key, on_change=_choose_entered, width=120)
            else:
                st.selectbox(
                    title.removesuffix(" a"),
                    range(len(names)),
                    format_func=names.__getitem__,
                    key=key,
                    on_change=_choose_entered,
                    width=160,
                )
    if mix_ups:
        st.pills(
            _("Most frequent mix-ups"),
            mix_ups,
            key=MIX_UP,
            on_change=_choose_mix_up,
            wrap=True,
            format_func=lambda cell: (
                f"{names[cell[0]]} → {names[cell[1]]}: {result.confusion[cell]}"
            ),
        )


def _show_class_scores(answers: Answers) -> None:
    import pandas as pd

    names = answers.data.class_names
    noun = noun_of(names)
    explained_caption(
        _(
            "**For each {noun}.** Precision: of the images read as this {noun}, the share that is "
            "one. Recall: of the images of this {noun}, the share that was found. F1 combines "
            "both."
        ).format(noun=noun)
    )
    shares = {"precision": _("precision"), "recall": _("recall"), "f1": _("F1")}
    scores = class_scores(answers.data.labels, answers.answers, len(names))
    table = pd.DataFrame(scores).set_index("digit").rename_axis(_("digit"))
    table[list(shares)] *= 100
    table = table.rename(columns={"images": _("images"), **shares})
    if names != DIGIT_NAMES:
        table.index = pd.Index(names, name=noun)
    percent = st.column_config.NumberColumn(format="%.2f%%")
    st.dataframe(
        table,
        key="evaluate_classes",
        height="content",
        column_config={
            _("images"): st.column_config.NumberColumn(format="localized"),
            **dict.fromkeys(shares.values(), percent),
        },
    )


def most_frequent_mix_ups(confusion: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The cells (label, answer) off the diagonal with the most images, most first."""
    mistakes = np.where(np.eye(len(confusion), dtype=bool), 0, confusion)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:NUM_MIX_UPS]
    cells = [divmod(int(place), len(confusion)) for place in order]
    return [cell for cell in cells if mistakes[cell]]


def _choose_cell() -> None:
    points = st.session_state[MATRIX].selection.points
    if points:
        label, answer = points[0]["customdata"][:2]
        st.session_state[CELL] = (int(label), int(answer))
        st.session_state[MIX_UP] = None


def _choose_entered() -> None:
    st.session_state[CELL] = (st.session_state[LABEL], st.session_state[ANSWER])
    st.session_state[MIX_UP] = None


def _choose_mix_up() -> None:
    if cell := st.session_state[MIX_UP]:
        st.session_state[CELL] = cell


# ---------------------------------------------------------------- mistakes


def show_mistakes(_snapshot: Snapshot, answers: Answers) -> NDArray[np.int64]:
    """Show all misclassified images, by descending confidence; return their numbers."""
    wrong = errors_of(answers)
    if not len(wrong):
        st.success(_("No image of this set is read wrong."))
        return wrong
    sure = int((answers.confidence[wrong] >= SURE).sum())
    explained(
        _(
            "**{mistakes}**, {sure:,} of them at a probability of {percent:g}% or more. Would you "
            "have read them right? A few labels are wrong."
        ).format(mistakes=count_of(len(wrong), "mistake"), sure=sure, percent=100 * SURE)
    )
    only: int | None = st.pills(
        _("Only images of a"),
        sorted(set(answers.data.labels[wrong].tolist())),
        format_func=answers.data.class_names.__getitem__,
        key="evaluate_only",
        help=_("None chosen: all of them."),
    )
    if only is not None:
        wrong = wrong[answers.data.labels[wrong] == only]
    return show_gallery(answers, wrong, f"evaluate_wrong_{only}", HIGHEST_FIRST)
