"""The accuracy of runs on a person's digits."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.evaluation.confusion import confusion_figure
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.errors import MnistVizError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.my_digits import Digit
from mnistviz.evaluation import my_digits_scores
from mnistviz.runs import fine_tune_set, registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.words.explained import explained_caption

# Below so many digits there are few.
FEW = 100
# Width of each of the two columns.
NARROW = 370


def show_score(run: Run, digits: Sequence[Digit], probabilities: FloatArray) -> None:
    """Show the accuracy of the chosen run with its interval, by digit, and the confusion matrix.

    `probabilities` (n, 10) are those of all digits.
    """
    score = my_digits_scores.score(probabilities, digits)
    if score is None:
        return
    low, high = score.interval
    confusion = confusion_matrix(digits, probabilities)
    with st.container(horizontal=True, gap="large"):
        left = st.container(width=NARROW)
        right = st.container(width=NARROW)
    with left:
        st.metric(_("{name} reads right").format(name=run.name), f"{score.share:.1%}", border=True)
        explained_caption(
            _(
                "{right:,} of {total:,} right. With so {number} digits the true rate could be "
                "anywhere from **{low:.1%}** to **{high:.1%}** (95% interval)."
            ).format(
                right=score.right,
                total=score.total,
                number=_("few") if score.total < FEW else _("many"),
                low=low,
                high=high,
            )
        )
        if seen := _num_trained_on(run, digits):
            st.warning(
                _(
                    "{name} was trained on {seen:,} of these {count:,}: to read those right is no "
                    "test. *Teach* shows the result on digits that were held out."
                ).format(name=run.name, seen=seen, count=len(digits))
            )
        counts, num_right = confusion.sum(axis=1), np.diag(confusion)
        st.dataframe(
            pd.DataFrame(
                {_("digit"): range(NUM_CLASSES), _("kept"): counts, _("read right"): num_right}
            ),
            hide_index=True,
            height="content",
            alt=_("Of each digit, how many you kept and how many {name} reads right").format(
                name=run.name
            ),
        )
    with right:
        explained_caption(
            _("A row is what you say it is, a column what was read. Mistakes are off the diagonal.")
        )
        show(
            confusion_figure(confusion),
            "my_digits_confusion",
            _("Confusion matrix of {name} on your digits: {right} of {total} right").format(
                name=run.name, right=score.right, total=score.total
            ),
        )


def confusion_matrix(digits: Sequence[Digit], probabilities: FloatArray) -> NDArray[np.int64]:
    """The number of digits by label and answer `(10, 10)`; `probabilities` are `(n, 10)`."""
    confusion = np.zeros((NUM_CLASSES, NUM_CLASSES), np.int64)
    np.add.at(confusion, ([digit.label for digit in digits], probabilities.argmax(axis=1)), 1)
    return confusion


def show_all_runs(digits: Sequence[Digit]) -> None:
    """Show the score of each run at its last snapshot, and a button for those without one."""
    rows = []
    missing = []
    for snapshot in snapshots.latest_snapshots(registry.list_runs()):
        score = my_digits_scores.score(my_digits_scores.known(snapshot, digits), digits)
        if score is None or score.total < len(digits):
            missing.append(snapshot)
        else:
            seen = _num_trained_on(snapshot.run, digits)
            numbers = (score.right, score.total, score.share, *score.interval, seen)
            rows.append((snapshot.run.name, *numbers))
    if missing:
        label = _("Let all other runs read them") if rows else _("Let all runs read them")
        if st.button(f"{label}: {len(missing)}", icon=":material/checklist:"):
            _compute(missing, digits)
            st.rerun()
    if rows:
        rows.sort(key=lambda row: -row[1])
        columns = [
            _("run"),
            _("right"),
            _("of"),
            _("share"),
            _("at least"),
            _("at most"),
            _("trained on"),
        ]
        percent = st.column_config.NumberColumn(format="percent")
        st.dataframe(
            pd.DataFrame(rows, columns=columns),
            hide_index=True,
            column_config=dict.fromkeys((_("share"), _("at least"), _("at most")), percent),
            alt=_("How many of your digits each of {count} runs reads right").format(
                count=len(rows)
            ),
        )
        explained_caption(
            _(
                "After the last snapshot of each run, with the 95% interval. The score of a run "
                "on digits that it was **trained on** is no test. Where two intervals overlap "
                "much, there are too few digits to say which run is better."
            )
        )


def _num_trained_on(run: Run, digits: Sequence[Digit]) -> int:
    return fine_tune_set.num_trained_on(run, np.stack([digit.image for digit in digits]))


def _compute(missing: Sequence[Snapshot], digits: Sequence[Digit]) -> None:
    """Compute and store the answers of snapshots, one after the other."""
    progress = st.progress(0.0)
    for number, snapshot in enumerate(missing):
        progress.progress(
            number / len(missing), _("{name} reads them …").format(name=snapshot.run.name)
        )
        try:
            my_digits_scores.answers(snapshot, digits)
        except MnistVizError as error:
            st.error(str(error), icon=":material/error:")
    progress.empty()
