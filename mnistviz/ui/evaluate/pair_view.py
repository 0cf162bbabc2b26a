"""Two networks on the same images: who is right where the other is wrong."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnistviz.evaluation.mcnemar import McNemarResult, compare
from mnistviz.evaluation.predictions import Answers
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import count_of, show_gallery
from mnistviz.ui.shared.texts import epochs_text

# What is held for more than chance, here as everywhere.
SIGNIFICANT = 0.05


def show_pair(snapshot: Snapshot, found: Answers) -> None:
    """Choose another run and snapshot, and see in which images the two differ."""
    others = [one for one in registry.list_runs() if snapshots.steps_of(one)]
    names = {one.id: one.name for one in others}
    first = next((one.id for one in others if one.id != snapshot.run.id), snapshot.run.id)
    with st.container(horizontal=True):
        other_id = st.selectbox(
            "Compare with",
            list(names),
            index=list(names).index(first),
            format_func=lambda one: names[one],
            key="evaluate_other",
        )
        other = registry.find_run(other_id)
        steps = snapshots.steps_of(other)
        other_step = st.selectbox(
            "after … epochs",
            steps[::-1],
            format_func=lambda one: epochs_text(other, one),
            key=f"evaluate_other_step_{other_id}",
        )
    if (other.id, other_step) == (snapshot.run.id, snapshot.step):
        st.info("This is the same network. Choose another run or snapshot.")
        return
    theirs = evaluated_set.answers(Snapshot(other, other_step), found.data)
    mine, yours = _two_names(snapshot, other, other_step)
    agreement = compare(found.right, theirs.right)
    with st.container(horizontal=True):
        for label, number in (
            ("Both right", agreement.both),
            (f"Only {mine}", agreement.only_first),
            (f"Only {yours}", agreement.only_second),
            ("Both wrong", agreement.neither),
        ):
            st.metric(label, f"{number:,}", border=True)
    st.markdown(verdict(mine, yours, agreement))
    choices = {
        "first": (f"Only {mine} is right", found.right & ~theirs.right),
        "second": (f"Only {yours} is right", ~found.right & theirs.right),
        "neither": ("Both are wrong", ~found.right & ~theirs.right),
    }
    shown = st.segmented_control(
        "Images where",
        list(choices),
        default="first",
        format_func=lambda name: choices[name][0],
        key="evaluate_pair_shown",
        required=True,
    )
    numbers = np.flatnonzero(choices[shown][1])
    surest = np.maximum(found.confidence, theirs.confidence)
    numbers = numbers[np.argsort(-surest[numbers], kind="stable")]
    st.caption(f"Above an image: what it is, then what **{mine}** | **{yours}** read.")
    show_gallery(
        found, numbers, f"evaluate_pair_{shown}", "the surest first", (mine, yours, theirs)
    )


def _two_names(snapshot: Snapshot, other: Run, other_step: int) -> tuple[str, str]:
    """The names of two networks, with their epochs where the run is the same."""
    if snapshot.run.id != other.id:
        return snapshot.run.name, other.name
    return tuple(
        f"{snapshot.run.name} at {epochs_text(snapshot.run, one)}"
        for one in (snapshot.step, other_step)
    )  # type: ignore[return-value]


def verdict(first: str, second: str, found: McNemarResult) -> str:
    """What can be said of two networks, in a sentence or two."""
    differing = found.only_first + found.only_second
    if not differing:
        return f"{first} and {second} are right on the same images: these can't tell them apart."
    better = first if found.only_first > found.only_second else second
    odds = f"p = {found.p:.2g}" if found.p >= 0.001 else "p < 0.001"
    says = (
        f"That is more than chance explains (McNemar's exact test, {odds}): on images of this "
        f"kind **{better} is the better one**."
        if found.p < SIGNIFICANT
        else f"A fair coin would often share them out as unevenly (McNemar's exact test, {odds}): "
        "these images **can't tell them apart**."
    )
    return (
        f"They differ on {count_of(differing, 'image')} where one of them is right: {first} on "
        f"{found.only_first:,}, {second} on {found.only_second:,}. {says} It is about these two "
        "networks, not about their recipes: another seed gives another network."
    )
