"""Labels in doubt: mark them, and see the accuracy with and without."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnistviz.core.statistics import accuracy_interval
from mnistviz.evaluation import label_issues
from mnistviz.evaluation.label_issues import Doubt
from mnistviz.evaluation.predictions import Answers
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import count_of, show_gallery
from mnistviz.ui.shared.flash import errors_shown

NAMES: dict[str, str] = {"right": "right", "ambiguous": "ambiguous", "wrong": "wrong"}


def show_mark(found: Answers, number: int) -> None:
    """What a person holds of the label of an image; kept at once."""
    digest = evaluated_set.digest(found.data)
    key = f"evaluate_doubt_{digest}_{number}"
    st.session_state[key] = label_issues.read(digest).get(number, "right")

    def keep() -> None:
        with errors_shown():
            chosen = st.session_state[key]
            doubt: Doubt | None = chosen if chosen in label_issues.DOUBTS else None
            label_issues.mark(digest, number, doubt)

    st.segmented_control(
        f"You say its label, {found.data.labels[number]}, is",
        list(NAMES),
        format_func=lambda name: NAMES[name],
        key=key,
        on_change=keep,
        required=True,
        help="Kept in your home folder, for all runs. 'Labels in doubt' shows what it changes.",
    )


def show_doubts(found: Answers) -> None:
    """Accuracy with and without the marked images, these, and others that may be worth a look."""
    marked = label_issues.read(evaluated_set.digest(found.data))
    marked = {number: doubt for number, doubt in marked.items() if number < len(found.right)}
    if marked:
        _show_table(found, marked)
        show_gallery(found, np.array(list(marked)), "evaluate_marked", "by number")
    else:
        st.info(
            "You have marked no label yet. Click an image, here or among the mistakes, and say "
            "below it what you think of its label."
        )
    _show_candidates(found, marked)


def _show_table(found: Answers, marked: dict[int, Doubt]) -> None:
    import pandas as pd

    wrong = [number for number, doubt in marked.items() if doubt == "wrong"]
    rows = {}
    for name, left_out in (
        ("all images", []),
        (f"without {count_of(len(wrong), 'wrong label')}", wrong),
        (f"without all {len(marked):,} in doubt", list(marked)),
    ):
        rest = label_issues.without(found, left_out)
        right, images = int(rest.right.sum()), len(rest.right)
        low, high = accuracy_interval(right, images)
        rows[name] = {
            "images": images,
            "mistakes": images - right,
            "accuracy": f"{right / max(1, images):.2%}",
            "95 % interval": f"{low:.2%} to {high:.2%}",
        }
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index"), key="evaluate_doubt_table")
    st.caption(
        "Whoever marks only what this network reads wrong makes it look better than it is. The "
        "list is kept: choose another run in the sidebar and compare on the same images."
    )


def _show_candidates(found: Answers, marked: dict[int, Doubt]) -> None:
    """Images that all runs that have read this set read alike, and not as the label says."""
    read = []
    for run in registry.list_runs():
        if steps := snapshots.steps_of(run):
            known = evaluated_set.kept_answers(Snapshot(run, steps[-1]), found.data)
            if known is not None and known.right.mean() > 0.5:
                read.append(known.answers)
    st.subheader("Worth a look", anchor=False)
    if len(read) < 2:
        st.caption(
            "Images that several runs read alike, and not as their label says. For that, two runs "
            "must have read this set: choose another one in the sidebar, or under 'Two runs'."
        )
        return
    alike = np.stack(read)
    same = (alike == alike[0]).all(axis=0) & (alike[0] != found.data.labels)
    numbers = np.array([n for n in np.flatnonzero(same) if n not in marked], np.int64)
    who = "both runs that have" if len(read) == 2 else f"all {len(read)} runs that have"
    st.caption(
        f"{count_of(len(numbers), 'image')} that {who} read this set read alike, and not as the "
        "label says. Is it the networks, or the label?"
    )
    show_gallery(found, numbers, "evaluate_candidates", "by number")
