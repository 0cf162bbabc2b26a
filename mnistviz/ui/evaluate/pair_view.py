"""Two networks on the same images: in which images only one of them is right."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.thresholds import ALPHA
from mnistviz.evaluation.mcnemar import McNemarResult, compare
from mnistviz.evaluation.predictions import Answers
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import HIGHEST_FIRST, show_gallery
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.texts import count_of, epochs_text
from mnistviz.ui.shared.words.explained import explained, explained_caption


def show_pair(snapshot: Snapshot, answers: Answers) -> NDArray[np.int64]:
    """Let a person choose another snapshot, and compare the answers of the two.

    Returns the numbers of the images shown.
    """
    other = _choose_other(snapshot)
    if (other.run.id, other.step) == (snapshot.run.id, snapshot.step):
        st.info(_("This is the same network. Choose another run or snapshot."))
        return np.zeros(0, np.int64)
    theirs = evaluated_set.answers(other, answers.data)
    first, second = two_names(snapshot, other)
    result = compare(answers.right, theirs.right)
    with st.container(horizontal=True):
        st.metric(_("Both right"), f"{result.both:,}", border=True)
        st.metric(_("Only {first}").format(first=first), f"{result.only_first:,}", border=True)
        st.metric(_("Only {second}").format(second=second), f"{result.only_second:,}", border=True)
        st.metric(_("Both wrong"), f"{result.neither:,}", border=True)
    explained(verdict(first, second, result))
    titles = {
        "first": _("Only {first} is right").format(first=first),
        "second": _("Only {second} is right").format(second=second),
        "neither": _("Both are wrong"),
    }
    chosen = pick(_("Images where"), titles, key="evaluate_pair_shown")
    of_kind = {
        "first": answers.right & ~theirs.right,
        "second": ~answers.right & theirs.right,
        "neither": ~answers.right & ~theirs.right,
    }
    numbers = np.flatnonzero(of_kind[chosen])
    confidence = np.maximum(answers.confidence, theirs.confidence)
    numbers = numbers[np.argsort(-confidence[numbers], kind="stable")]
    explained_caption(
        _("Above an image: what it is, then what **{first}** | **{second}** read.").format(
            first=first, second=second
        )
    )
    other_answers = (first, second, theirs)
    return show_gallery(answers, numbers, f"evaluate_pair_{chosen}", HIGHEST_FIRST, other_answers)


def _choose_other(snapshot: Snapshot) -> Snapshot:
    """Let a person choose a run and one of its snapshots, at first the last one of another run."""
    runs = {run.id: run for run in registry.list_runs() if snapshots.steps_of(run)}
    first = next((run_id for run_id in runs if run_id != snapshot.run.id), snapshot.run.id)
    with st.container(horizontal=True):
        run_id = st.selectbox(
            _("Compare with"),
            list(runs),
            index=list(runs).index(first),
            format_func=lambda run_id: runs[run_id].name,
            key="evaluate_other",
        )
        run = runs[run_id]
        step = st.selectbox(
            _("after … epochs"),
            snapshots.steps_of(run)[::-1],
            format_func=lambda step: epochs_text(run, step),
            key=f"evaluate_other_step_{run_id}",
        )
    return Snapshot(run, step)


def two_names(first: Snapshot, second: Snapshot) -> tuple[str, str]:
    """The names of two networks, with their epochs where the run is the same."""
    if first.run.id != second.run.id:
        return first.run.name, second.run.name
    name = first.run.name
    return (
        _("{name} at {epochs}").format(name=name, epochs=epochs_text(first.run, first.step)),
        _("{name} at {epochs}").format(name=name, epochs=epochs_text(second.run, second.step)),
    )


def verdict(first: str, second: str, result: McNemarResult) -> str:
    """The result of McNemar's test on two networks, in a sentence or two."""
    differing = result.only_first + result.only_second
    if not differing:
        return _("{first} and {second} read the same images right: no difference.").format(
            first=first, second=second
        )
    better = first if result.only_first > result.only_second else second
    p = f"p = {result.p:.2g}" if result.p >= 0.001 else "p < 0.001"
    conclusion = (
        _("On images of this kind **{better} is better** (McNemar's exact test, {p}).").format(
            better=better, p=p
        )
        if result.p < ALPHA
        else _("That is as good as a **tie** (McNemar's exact test, {p}).").format(p=p)
    )
    return _(
        "Only one of them is right on {images}: {first} on {only_first:,}, {second} on "
        "{only_second:,}. {conclusion} This compares two networks, not their recipes: another "
        "seed gives another network."
    ).format(
        images=count_of(differing, "image"),
        first=first,
        only_first=result.only_first,
        second=second,
        only_second=result.only_second,
        conclusion=conclusion,
    )
