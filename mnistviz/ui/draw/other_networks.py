"""The answers of several networks to the same drawing."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.inputs import pick_other_runs
from mnistviz.ui.shared.words.explained import explained_caption

# Each network stays in memory.
MAX_RUNS = 8
CHOSEN_AT_FIRST = ("best", "reference")


def show_other_networks(snapshot: Snapshot, image: FloatArray) -> None:
    """Show the answers of chosen runs, each at its last snapshot, to an image `(28, 28)`."""
    others = pick_other_runs(
        _("Read the same drawing with"),
        snapshot,
        most=MAX_RUNS,
        key="other_networks",
        first=CHOSEN_AT_FIRST,
        persist_state="session",
        placeholder=_("choose runs"),
    )
    rows = [_row(network, image) for network in (snapshot, *others)]
    st.dataframe(
        rows,
        column_config={
            _("probability"): st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            ),
            _("its probability"): st.column_config.NumberColumn(format="percent"),
        },
        hide_index=True,
        key="other_answers",
    )
    explained_caption(agreement_text([row[_("reads")] for row in rows]))


def agreement_text(answers: Sequence[object]) -> str:
    """Whether the networks agree, in a sentence; `answers` has that of the chosen run, too."""
    if len(answers) == 1:
        return _("Choose another run to compare with.")
    if len(set(answers)) > 1:
        return _("They disagree: a drawing worth a closer look.")
    return _("All agree.")


def _row(snapshot: Snapshot, image: FloatArray) -> dict[str, object]:
    reader = loaded_networks.digit_reader(snapshot)
    reading = reader.read(image)
    second = reading.ranking[1]
    return {
        _("run"): snapshot.run.name,
        _("channels"): snapshot.run.spec.model.plan,
        _("reads"): None if reading.verdict == "not_a_digit" else reading.name,
        _("verdict"): TEXTS[reading.verdict].table,
        _("probability"): reading.probability,
        _("next best"): reading.class_names[second],
        _("its probability"): float(reading.probabilities[second]),
        _("calibrated"): reader.calibration is not None,
    }
