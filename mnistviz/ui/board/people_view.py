"""Who is here and what each trains: a table, small charts, and all in one chart."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.ui.board.pupils import Pupil, pupils
from mnistviz.ui.board.role import rerun_without_role
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.words.explained import explained_caption

POLL_SECONDS = 2.0
COLUMNS, NARROW_COLUMNS = 5, 2
CURVES = {"small": "One for each", "all": "All in one"}
STARTS = {0.0: "0 %", 0.5: "50 %", 0.9: "90 %"}
AT_WORK = ("starting", "running")


@st.fragment(run_every=POLL_SECONDS)
def show_people() -> None:
    """Show numbers and a table of all visitors, every two seconds anew."""
    rerun_without_role()
    found = pupils()
    if not found:
        st.info(
            "Nobody has come yet. The page *Overview* shows the address of this class and its QR "
            "code.",
            icon=":material/group:",
        )
        return
    _show_numbers(found)
    st.dataframe(
        [_row(pupil) for pupil in found],
        hide_index=True,
        height="content",
        column_config={
            "Accuracy": st.column_config.ProgressColumn(
                "Accuracy", min_value=0, max_value=1, format="percent", color="auto"
            ),
        },
        key="board_people",
    )


def _show_numbers(found: Sequence[Pupil]) -> None:
    accuracies = [pupil.accuracy for pupil in found if pupil.accuracy is not None]
    with st.container(horizontal=True):
        st.metric(
            "Here now", f"{sum(pupil.is_here for pupil in found)} of {len(found)}", border=True
        )
        st.metric("Train now", sum(pupil.state in AT_WORK for pupil in found), border=True)
        st.metric("Wait", sum(pupil.state == "queued" for pupil in found), border=True)
        best = f"{max(accuracies):.1%}" if accuracies else "none yet"
        st.metric("Best accuracy", best, border=True, help="Of the latest run of each.")
        st.metric("Digits kept", sum(pupil.num_digits for pupil in found), border=True)


def _row(pupil: Pupil) -> dict[str, object]:
    return {
        "Name": pupil.space.name,
        "Here": "here" if pupil.is_here else "",
        "Latest run": pupil.run.name if pupil.run else "",
        "State": pupil.waits or pupil.state or "",
        "Accuracy": pupil.accuracy,
        "Runs": pupil.num_runs,
        "Digits": pupil.num_digits,
    }


def show_curves() -> None:
    """Show the latest training of each visitor, every two seconds anew."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = pick("Charts", CURVES, "board_curves", persist_state="session")
        start = pick("Accuracy from", STARTS, "board_from", persist_state="session")
    explained_caption(
        "Accuracy of the latest run of each while it learns, batch by batch. Next to the name is "
        "that of the last validation."
    )

    @st.fragment(run_every=POLL_SECONDS)
    def live() -> None:
        rerun_without_role()
        from mnistviz.charts.training.class_curves import (
            ClassCurve,
            overlaid_figure,
            small_multiples_figure,
        )

        curves = [
            ClassCurve(pupil.space.name, pupil.points, pupil.accuracy)
            for pupil in pupils()
            if pupil.rows
        ]
        if not curves:
            st.info("Nobody has trained yet.")
            return
        columns = NARROW_COLUMNS if is_narrow() else COLUMNS
        if kind == "all":
            figure = overlaid_figure(curves, start)
        else:
            figure = small_multiples_figure(curves, columns, start)
        show(figure, f"board_chart_{kind}", f"The latest trainings of {len(curves)} visitors")

    live()


def run_label(pupil: Pupil) -> str:
    """Return the name of a visitor with the latest run."""
    if pupil.run is None or pupil.state is None:
        return f"{pupil.space.name}: no run yet"
    return f"{pupil.space.name}: {pupil.run.name}, {pupil.state}"
