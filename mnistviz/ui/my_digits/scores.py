"""How well runs read a person's digits."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.evaluation.confusion import confusion_figure
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.errors import MnistVizError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.my_digits import Digit
from mnistviz.evaluation import my_digits_scores
from mnistviz.runs import fine_tune_set, registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared.charts import show

NARROW = 370


def show_score(run: Run, mine: Sequence[Digit], probabilities: FloatArray) -> None:
    """The chosen run on all digits: accuracy with its interval, digit by digit, confusion."""
    score = my_digits_scores.score(probabilities, mine)
    if score is None:
        return
    low, high = score.interval
    labels = np.array([digit.label for digit in mine])
    answers = probabilities.argmax(axis=1)
    pairs = np.bincount(labels * NUM_CLASSES + answers, minlength=NUM_CLASSES**2)
    confusion = pairs.reshape(NUM_CLASSES, NUM_CLASSES)
    counts = my_digits.class_counts(mine)
    with st.container(horizontal=True, gap="large"):
        left = st.container(width=NARROW)
        right = st.container(width=NARROW)
    with left:
        st.metric(f"{run.name} reads right", f"{score.share:.1%}", border=True)
        st.caption(
            f"{score.right:,} of {score.total:,}. With so many, what it reads right of all that "
            f"you might write lies between **{low:.1%}** and **{high:.1%}** (95 % interval)."
        )
        if seen := fine_tune_set.num_trained_on(run, np.stack([digit.image for digit in mine])):
            st.warning(
                f"{run.name} was trained on {seen:,} of these {len(mine):,}: that it "
                "reads those says little. Teach tells of the digits held out."
            )
        right_ones = np.diag(confusion)
        st.dataframe(
            pd.DataFrame({"digit": range(NUM_CLASSES), "kept": counts, "read right": right_ones}),
            hide_index=True,
            height="content",
            alt=f"Of each digit, how many you kept and how many {run.name} reads right",
        )
    with right:
        st.caption("A row is what you say it is, a column what was read. Look off the diagonal.")
        show(
            confusion_figure(confusion),
            "my_digits_confusion",
            f"Confusion matrix of {run.name} on your digits: {score.right} of {score.total} right",
        )


def show_all_runs(mine: Sequence[Digit]) -> None:
    """How many each run reads right, after its last snapshot."""
    rows = []
    images = np.stack([digit.image for digit in mine])
    missing: list[tuple[Run, int]] = []
    for run in registry.list_runs():
        steps = snapshots.steps_of(run)
        if not steps:
            continue
        read = my_digits_scores.known(Snapshot(run, steps[-1]), mine)
        score = my_digits_scores.score(read, mine)
        if score is None or score.total < len(mine):
            missing.append((run, steps[-1]))
        else:
            low, high = score.interval
            seen = fine_tune_set.num_trained_on(run, images)
            rows.append((run.name, score.right, score.total, score.share, low, high, seen))
    if missing:
        names = "Let all other runs read them" if rows else "Let all runs read them"
        if st.button(f"{names}: {len(missing)}", icon=":material/checklist:"):
            _read(missing, mine)
            st.rerun()
    if rows:
        rows.sort(key=lambda row: -row[1])
        st.dataframe(
            pd.DataFrame(
                rows, columns=["run", "right", "of", "share", "at least", "at most", "trained on"]
            ),
            hide_index=True,
            column_config={
                name: st.column_config.NumberColumn(format="percent")
                for name in ("share", "at least", "at most")
            },
            alt=f"How many of your digits each of {len(rows)} runs reads right",
        )
        st.caption(
            "After the last snapshot of each run, with the 95 % interval. What a run was "
            "**trained on** it should read; a score of such a run is no test. "
            "Where two intervals overlap much, so few digits can't say which run is better."
        )


def _read(missing: Sequence[tuple[Run, int]], mine: Sequence[Digit]) -> None:
    """Let runs read the digits, one after the other. What was read is kept if one leaves."""
    progress = st.progress(0.0)
    for number, (run, step) in enumerate(missing):
        progress.progress(number / len(missing), f"{run.name} reads them …")
        try:
            my_digits_scores.answers(Snapshot(run, step), mine)
        except MnistVizError as error:
            st.error(str(error), icon=":material/error:")
    progress.empty()
