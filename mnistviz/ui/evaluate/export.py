"""Take the evaluation elsewhere: predictions as CSV, the whole page as one HTML file."""

from __future__ import annotations

import re
import shlex

import streamlit as st

from mnistviz.evaluation.predictions import Answers, as_csv
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.trust_view import temperature_of
from mnistviz.ui.shared.texts import epochs_text


def show_export(snapshot: Snapshot, found: Answers) -> None:
    """Two downloads, each made when it is asked for."""
    temperature = temperature_of(snapshot)
    name = (
        re.sub(r"[^A-Za-z0-9]+", "-", f"{snapshot.run.name}-{found.data.name}").strip("-").lower()
    )
    st.markdown(
        "**Predictions**: a line for each image with its label, the answer and ten probabilities"
        + (
            ", calibrated."
            if temperature
            else ", as the network gives them: this run is not calibrated."
        )
    )
    st.download_button(
        "Predictions (CSV)",
        lambda: as_csv(found, temperature),
        f"{name}-predictions.csv",
        "text/csv",
        icon=":material/table:",
        on_click="ignore",
    )
    st.markdown(
        "**Report**: the numbers, figures and mistakes of this page in one HTML file of about 5 MB "
        "that needs no network. It has the curves of 'Robustness' that have been measured, the "
        "labels in doubt, and every other run that has read these images."
    )

    def make() -> str:
        from mnistviz.evaluation.report import report_data, report_html

        return report_html(report_data(snapshot, found, temperature))

    st.download_button(
        "Report (HTML)",
        make,
        f"{name}-report.html",
        "text/html",
        icon=":material/description:",
        on_click="ignore",
    )
    st.caption("From the command line, with all curves of robustness:")
    data = "" if evaluated_set.is_test_set(found.data) else " --data PATH"
    named = snapshot.run.name
    if snapshot.step != snapshots.steps_of(snapshot.run)[-1]:
        named += f":{epochs_text(snapshot.run, snapshot.step)}"
    st.code(
        f"python -m mnistviz evaluate {shlex.quote(named)}{data} --robustness "
        f"--out {name}-report.html",
        language="sh",
        wrap_lines=True,
    )
