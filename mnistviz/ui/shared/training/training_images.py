"""Training images measured like the validation, of runs whose log does not have them."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.constants import NUM_SAMPLED
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.studies import training_loss
from mnistviz.texts import _
from mnistviz.ui.shared.on_demand import OnDemand

SECONDS_A_SNAPSHOT = 0.2


def with_training_images(run: Run, rows: Sequence[MetricRow]) -> Sequence[MetricRow]:
    """Return the rows of a run, with those measured from its snapshots if its log has none."""
    if training_loss.is_logged(rows) or run_state(run) in ACTIVE_STATES:
        return rows
    return [*rows, *training_loss.stored(run, rows)]


def offer_to_measure(run: Run, rows: Sequence[MetricRow]) -> None:
    """Show a button that measures the training images of an old run from its snapshots."""
    steps = training_loss.steps_to_measure(run, rows)
    if not steps or run_state(run) in ACTIVE_STATES:
        return
    seconds = max(1, round(SECONDS_A_SNAPSHOT * len(steps)))
    offer = OnDemand(
        "training_loss",
        _("Measure the training images like the validation"),
        ":material/balance:",
        _(
            "Reads {num_sampled:,} training images with each of {count} snapshots, in about "
            "{seconds} seconds. Newer trainings log it."
        ).format(num_sampled=NUM_SAMPLED, count=len(steps), seconds=seconds),
    )
    if offer.need(
        _("Reading the training images with each snapshot …"),
        lambda progress: training_loss.measure(run, rows, progress),
    ):
        st.rerun()
