"""Several networks read the same drawing."""

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks

# Each is loaded into memory; what is not read side by side any more is no comparison.
MOST = 8


def show_other_networks(snapshot: Snapshot, image: FloatArray) -> None:
    """What chosen runs, each at its last snapshot, make of an image `(28, 28)`."""
    others = {one.id: one for one in registry.list_runs() if one.id != snapshot.run.id}
    first = [name for name in ("handwriting", "best", "reference") if name in others]
    chosen = st.multiselect(
        "Read the same drawing with",
        list(others),
        default=first,
        format_func=lambda one: others[one].name if one in others else one,
        max_selections=MOST,
        key="other_networks",
        persist_state="session",
        placeholder="choose runs",
    )
    rows = [_row(snapshot, image)]
    for one in chosen:
        steps = snapshots.steps_of(others[one])
        if steps:
            rows.append(_row(Snapshot(others[one], steps[-1]), image))
    st.dataframe(
        rows,
        column_config={
            "probability": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            ),
            "its probability": st.column_config.NumberColumn(format="percent"),
        },
        hide_index=True,
        key="other_answers",
    )
    answers = {row["reads"] for row in rows}
    st.caption(
        "All agree."
        if len(answers) == 1 and len(rows) > 1
        else "They disagree: a drawing worth a closer look."
        if len(answers) > 1
        else "Choose another run to compare with."
    )


def _row(snapshot: Snapshot, image: FloatArray) -> dict[str, object]:
    reader = loaded_networks.digit_reader(snapshot)
    reading = reader.read(image)
    second = reading.ranking[1]
    return {
        "run": snapshot.run.name,
        "channels": snapshot.run.spec.model.plan,
        "reads": reading.digit,
        "verdict": TEXTS[reading.verdict].table,
        "probability": reading.probability,
        "next best": second,
        "its probability": float(reading.probabilities[second]),
        "calibrated": reader.calibration is not None,
    }
