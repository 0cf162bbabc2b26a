"""Is the network as sure as it is right, and what does refusing answers gain?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnistviz.charts.evaluation.reliability import refusal_figure, reliability_figure
from mnistviz.evaluation.predictions import Answers
from mnistviz.evaluation.reliability import refusals, reliability
from mnistviz.evaluation.scoring import probabilities, score
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import show

# Shares of the images that the table refuses.
REFUSED = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05)


def temperature_of(snapshot: Snapshot) -> float | None:
    """The temperature of a snapshot, None for a run without held-out training images."""
    found = loaders.calibration(snapshot)
    return None if found is None else found.temperature


def show_trust(snapshot: Snapshot, found: Answers) -> None:
    """Reliability diagram, calibration error before and after, accuracy over refusals."""
    temperature = temperature_of(snapshot)
    if temperature is None:
        st.info(
            f"**{snapshot.run.name}** is **not calibrated**: it has no training images that it "
            "was not trained on, and to fit its temperature on the test set would flatter it."
        )
        named = [("as it is", 1.0)]
    else:
        named = [("as it is", 1.0), ("calibrated", temperature)]
    bins, curves = [], []
    for name, heat in named:
        sure = probabilities(found.logits, heat).max(axis=1)
        bins.append((name, reliability(sure, found.right)))
        curves.append((name, *refusals(sure, found.right)))
    losses = [score(found.logits / np.float32(heat), found.data.labels).loss for _, heat in named]
    with st.container(horizontal=True):
        for (name, one), loss in zip(bins, losses, strict=True):
            st.metric(
                f"Calibration error, {name}",
                f"{one.error:.2%}",
                f"loss {loss:.4f}",
                delta_color="off",
                delta_arrow="off",
                border=True,
            )
        if temperature is not None:
            st.metric(
                "Temperature",
                f"{temperature:.3f}",
                "it was not sure enough" if temperature < 1 else "it was too sure",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help="All scores are divided by it. It is fitted on training images that were held "
                "out, never on the images here, and changes no answer.",
            )
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(
            "**As sure as right?** On the dotted line, of 100 answers at 80 % are 80 right. Below "
            "it the network is too sure, above it not sure enough. Large points stand for many "
            "images; a point of a few says little."
        )
        show(
            reliability_figure(
                [(name, one.confidence, one.accuracy, one.counts) for name, one in bins]
            ),
            "evaluate_reliability",
            "Share of right answers over how sure the network is",
        )
    with right:
        st.caption(
            "**Refusing** the answers of which it is least sure: look how steeply the rest gets "
            "better at the left end. There the mistakes are."
        )
        show(
            refusal_figure(curves),
            "evaluate_refusals",
            "Accuracy of the images answered over the share refused",
        )
    _show_refusals(found, temperature or 1.0)


def _show_refusals(found: Answers, temperature: float) -> None:
    import pandas as pd

    sure = probabilities(found.logits, temperature).max(axis=1)
    order = np.sort(sure)
    rows = []
    for share in REFUSED:
        refused = min(round(share * len(sure)), len(sure) - 1)
        left = np.argsort(sure, kind="stable")[refused:]
        rows.append(
            {
                "refused": f"{share:.1%}",
                "if less sure than": 100 * order[refused] if refused else 0.0,
                "mistakes left": int((~found.right[left]).sum()),
                "right of those answered": 100 * found.right[left].mean(),
            }
        )
    st.dataframe(
        pd.DataFrame(rows).set_index("refused"),
        key="evaluate_refusal_table",
        column_config={
            "if less sure than": st.column_config.NumberColumn(format="%.1f %%"),
            "right of those answered": st.column_config.NumberColumn(format="%.3f %%"),
        },
    )
