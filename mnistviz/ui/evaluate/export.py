"""Exports of the Evaluate page: answers as CSV, the whole page as one HTML file."""

from __future__ import annotations

import re
import shlex

import streamlit as st

from mnistviz.core import storage
from mnistviz.core.room import rules
from mnistviz.evaluation.predictions import Answers, as_csv
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.evaluate.evaluated_set import is_test_set
from mnistviz.ui.shared.classroom.refusals import is_refused
from mnistviz.ui.shared.texts import epochs_text
from mnistviz.ui.shared.words.explained import explained, explained_caption


def show_export(snapshot: Snapshot, answers: Answers) -> None:
    """Show two downloads, whose files are made on a click, and the command for the report."""
    if is_refused("export"):
        return
    name = file_stem(snapshot, answers)
    calibrated = (
        _(", calibrated.")
        if answers.temperature
        else _(", as the network gives them: this run is not calibrated.")
    )
    explained(
        _(
            "**Predictions**: a line for each image with its label, the answer and ten "
            "probabilities{calibrated}"
        ).format(calibrated=calibrated)
    )

    def make_csv() -> str:
        rules.need("export")
        return as_csv(answers)

    st.download_button(
        _("Predictions (CSV)"),
        storage.in_this_home(make_csv),
        f"{name}-predictions.csv",
        "text/csv",
        icon=":material/table:",
        on_click="ignore",
    )
    explained(
        _(
            "**Report**: the numbers, figures and mistakes of this page in one HTML file of about "
            "5 MB that needs no network. It has the curves of 'Robustness' that have been "
            "measured, the labels in doubt, and every other run that has read these images."
        )
    )

    def make_report() -> str:
        rules.need("export")
        from mnistviz.evaluation.report import report_data, report_html

        return report_html(report_data(snapshot, answers))

    st.download_button(
        _("Report (HTML)"),
        storage.in_this_home(make_report),
        f"{name}-report.html",
        "text/html",
        icon=":material/description:",
        on_click="ignore",
    )
    explained_caption(_("From the command line, with all curves of robustness:"))
    st.code(command(snapshot, answers), language="sh", wrap_lines=True)


def file_stem(snapshot: Snapshot, answers: Answers) -> str:
    """The start of the names of the files: the run and the set."""
    words = re.findall("[A-Za-z0-9]+", f"{snapshot.run.name}-{answers.data.name}")
    return "-".join(words).lower()


def command(snapshot: Snapshot, answers: Answers) -> str:
    """The command that makes the same report."""
    data = "" if is_test_set(answers.data) else " --data PATH"
    run = snapshot.run.name
    if snapshot.step != snapshots.steps_of(snapshot.run)[-1]:
        run += f":{epochs_text(snapshot.run, snapshot.step)}"
    return _(
        "python -m mnistviz evaluate {quote}{data} --robustness --out {file_stem}-report.html"
    ).format(quote=shlex.quote(run), data=data, file_stem=file_stem(snapshot, answers))
