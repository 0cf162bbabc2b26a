"""Labels in doubt: the accuracy with and without the marked images, and candidates for a mark."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.statistics import accuracy_interval
from mnistviz.evaluation import label_issues
from mnistviz.evaluation.label_issues import Doubt
from mnistviz.evaluation.predictions import Answers
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import show_gallery
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained_caption

# A network with a lower accuracy says nothing about labels.
NEEDED_ACCURACY = 0.5


def show_doubts(_snapshot: Snapshot, answers: Answers) -> NDArray[np.int64]:
    """Show the accuracy with and without the marked images, these images, and candidates.

    Returns the numbers of the images shown.
    """
    marked = label_issues.read(evaluated_set.digest(answers.data))
    marked = {number: doubt for number, doubt in marked.items() if number < len(answers.right)}
    if marked:
        _show_table(answers, marked)
        first = show_gallery(answers, np.array(list(marked)), "evaluate_marked", _("by number"))
    else:
        first = np.zeros(0, np.int64)
        st.info(
            _(
                "You have marked no label yet. Click an image, here or among the mistakes, and "
                "say below it whether you agree with its label."
            )
        )
    return np.concatenate([first, _show_candidates(answers, marked)])


def _show_table(answers: Answers, marked: dict[int, Doubt]) -> None:
    import pandas as pd

    rows = accuracy_rows(answers, marked)
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index"), key="evaluate_doubt_table")
    explained_caption(
        _(
            "If you mark only what this network reads wrong, it looks better than it is. The list "
            "is stored: choose another run in the sidebar and compare on the same images."
        )
    )


def accuracy_rows(answers: Answers, marked: dict[int, Doubt]) -> dict[str, dict[str, object]]:
    """Rows of a table: the accuracy on all images, without wrong labels, without all in doubt."""
    wrong = [number for number, doubt in marked.items() if doubt == "wrong"]
    left_out: dict[str, list[int]] = {
        _("all images"): [],
        _("without {labels}").format(labels=count_of(len(wrong), "wrong label")): wrong,
        _("without all {count:,} in doubt").format(count=len(marked)): list(marked),
    }
    rows: dict[str, dict[str, object]] = {}
    for name, numbers in left_out.items():
        rest = label_issues.without(answers, numbers)
        right, images = int(rest.right.sum()), len(rest.right)
        low, high = accuracy_interval(right, images)
        rows[name] = {
            _("images"): images,
            _("mistakes"): images - right,
            _("accuracy"): f"{right / max(1, images):.2%}",
            _("95 % interval"): _("{low:.2%} to {high:.2%}").format(low=low, high=high),
        }
    return rows


def _show_candidates(answers: Answers, marked: Collection[int]) -> NDArray[np.int64]:
    """Show the images for which all runs that have read this set agree against the label."""
    stored = [
        evaluated_set.stored_answers(snapshot, answers.data)
        for snapshot in snapshots.latest_snapshots(registry.list_runs())
    ]
    good = [each for each in stored if each and each.right.mean() > NEEDED_ACCURACY]
    st.subheader(_("Worth a look"), anchor=False)
    if len(good) < 2:
        explained_caption(
            _(
                "Images on which several networks agree with each other but not with the label. "
                "At least two runs must have read this set: choose another one in the sidebar, or "
                "under *Two runs*."
            )
        )
        return np.zeros(0, np.int64)
    numbers = candidates(good, marked)
    networks = (
        _("both networks") if len(good) == 2 else _("all {count} networks").format(count=len(good))
    )
    explained_caption(
        _("{images} on which {networks} agree with each other but not with the label.").format(
            images=count_of(len(numbers), "image"), networks=networks
        )
    )
    return show_gallery(answers, numbers, "evaluate_candidates", _("by number"))


def candidates(networks: Sequence[Answers], marked: Collection[int]) -> NDArray[np.int64]:
    """The numbers of unmarked images for which all networks give the same, other answer."""
    first = networks[0]
    same = (np.stack([each.answers for each in networks]) == first.answers).all(axis=0)
    return np.setdiff1d(np.flatnonzero(same & ~first.right), np.array(list(marked), np.int64))
