"""Calibration of a network, and the accuracy that refusing answers gains."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.evaluation.reliability import reliability_figure, selective_accuracy_figure
from mnistviz.evaluation.predictions import Answers
from mnistviz.evaluation.reliability import reliability, selective_accuracy
from mnistviz.evaluation.scoring import probabilities, score
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import metric_with_note
from mnistviz.ui.shared.words.explained import explained_caption

# Shares of the images that the table refuses.
REFUSED = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05)


def show_trust(snapshot: Snapshot, answers: Answers) -> None:
    """Show reliability and accuracy over refusals, before and after calibration."""
    temperature = answers.temperature
    temperatures = {_("as it is"): 1.0}
    if temperature is None:
        st.info(
            _(
                "**{name}** is **not calibrated**: it was trained on all training images. A "
                "temperature chosen on the test set would make it look better than it is."
            ).format(name=snapshot.run.name)
        )
    else:
        temperatures[_("calibrated")] = temperature
    confidences = {
        name: probabilities(answers.logits, value).max(axis=1)
        for name, value in temperatures.items()
    }
    with st.container(horizontal=True):
        for name, value in temperatures.items():
            error = reliability(confidences[name], answers.right).error
            loss = score(answers.logits / np.float32(value), answers.data.labels).loss
            metric_with_note(
                _("Calibration error, {name}").format(name=name),
                f"{error:.2%}",
                _("loss {loss:.4f}").format(loss=loss),
            )
        if temperature is not None:
            metric_with_note(
                _("Temperature"),
                f"{temperature:.3f}",
                _("it was not sure enough") if temperature < 1 else _("it was too sure"),
                help=_(
                    "All scores are divided by it. It is fitted on training images that were held "
                    "out, never on the images here, and changes no answer."
                ),
            )
    _show_charts(confidences, answers.right)
    # The last one is calibrated, where there is a temperature.
    _show_refusals([*confidences.values()][-1], answers.right)


def _show_charts(confidences: dict[str, NDArray[np.float64]], right: NDArray[np.bool_]) -> None:
    bins = [(name, reliability(sure, right)) for name, sure in confidences.items()]
    columns = st.columns(2, gap="medium")
    with columns[0]:
        explained_caption(
            _(
                "**Is it as sure as it is right?** On the dotted line, 80 of 100 answers at 80% "
                "are right. Below it the network is too sure, above it not sure enough. The "
                "larger a point, the more images."
            )
        )
        show(
            reliability_figure(
                [(name, each.confidence, each.accuracy, each.counts) for name, each in bins]
            ),
            "evaluate_reliability",
            _("Share of right answers over how sure the network is"),
        )
    with columns[1]:
        explained_caption(
            _(
                "**Refusing** the answers with the lowest probability makes the rest more "
                "accurate. The steep left end shows that most mistakes are among them."
            )
        )
        show(
            selective_accuracy_figure(
                [(name, *selective_accuracy(sure, right)) for name, sure in confidences.items()]
            ),
            "evaluate_refusals",
            _("Accuracy of the images answered over the share refused"),
        )


def _show_refusals(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    import pandas as pd

    st.dataframe(
        pd.DataFrame(refusal_rows(confidence, right)).set_index(_("refused")),
        key="evaluate_refusal_table",
        column_config={
            _("if less sure than"): st.column_config.NumberColumn(format="%.1f%%"),
            _("right of those answered"): st.column_config.NumberColumn(format="%.3f%%"),
        },
    )


def refusal_rows(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> list[dict[str, object]]:
    """Rows of a table, one for each share of `REFUSED`: threshold, mistakes left, accuracy.

    `confidence` (n,) is the probability of each answer, `right` (n,) whether it is correct.
    """
    order = np.argsort(confidence, kind="stable")
    rows: list[dict[str, object]] = []
    for share in REFUSED:
        refused = min(round(share * len(order)), len(order) - 1)
        answered = right[order[refused:]]
        rows.append(
            {
                _("refused"): f"{share:.1%}",
                _("if less sure than"): 100 * confidence[order[refused]] if refused else 0.0,
                _("mistakes left"): int((~answered).sum()),
                _("right of those answered"): 100 * answered.mean(),
            }
        )
    return rows
