"""Who is here and what each trains: a table, small charts, and all in one chart."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.board.pupils import Pupil, pupils
from mnistviz.ui.board.role import rerun_without_role
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.texts import STATE_NAMES
from mnistviz.ui.shared.words.explained import explained_caption

POLL_SECONDS = 2.0
COLUMNS, NARROW_COLUMNS = 5, 2
CURVES = {"small": _("One for each"), "all": _("All in one")}
STARTS = {0.0: "0 %", 0.5: "50 %", 0.9: "90 %"}
AT_WORK = ("starting", "running")


@st.fragment(run_every=POLL_SECONDS)
def show_people() -> None:
    """Show numbers and a table of all visitors, every two seconds anew."""
    rerun_without_role()
    found = pupils()
    if not found:
        st.info(
            _(
                "Nobody has come yet. The page *Overview* shows the address of this class and its "
                "QR code."
            ),
            icon=":material/group:",
        )
        return
    _show_numbers(found)
    st.dataframe(
        [_row(pupil) for pupil in found],
        hide_index=True,
        height="content",
        column_config={
            _("Accuracy"): st.column_config.ProgressColumn(
                _("Accuracy"), min_value=0, max_value=1, format="percent", color="auto"
            ),
        },
        key="board_people",
    )


def _show_numbers(found: Sequence[Pupil]) -> None:
    accuracies = [pupil.accuracy for pupil in found if pupil.accuracy is not None]
    with st.container(horizontal=True):
        st.metric(
            _("Here now"),
            _("{here} of {count}").format(
                here=sum(pupil.is_here for pupil in found), count=len(found)
            ),
            border=True,
        )
        st.metric(_("Train now"), sum(pupil.state in AT_WORK for pupil in found), border=True)
        st.metric(_("Wait"), sum(pupil.state == "queued" for pupil in found), border=True)
        best = f"{max(accuracies):.1%}" if accuracies else _("none yet")
        st.metric(_("Best accuracy"), best, border=True, help=_("Of the latest run of each."))
        st.metric(_("Digits kept"), sum(pupil.num_digits for pupil in found), border=True)


def _row(pupil: Pupil) -> dict[str, object]:
    return {
        _("Name"): pupil.space.name,
        _("Here"): _("here") if pupil.is_here else "",
        _("Latest run"): pupil.run.name if pupil.run else "",
        _("State"): pupil.waits or (STATE_NAMES[pupil.state] if pupil.state else ""),
        _("Accuracy"): pupil.accuracy,
        _("Runs"): pupil.num_runs,
        _("Digits"): pupil.num_digits,
    }


def show_curves() -> None:
    """Show the latest training of each visitor, every two seconds anew."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = pick(_("Charts"), CURVES, "board_curves", persist_state="session")
        start = pick(_("Accuracy from"), STARTS, "board_from", persist_state="session")
    explained_caption(
        _(
            "Accuracy of the latest run of each while it learns, batch by batch. Next to the name "
            "is that of the last validation."
        )
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
            st.info(_("Nobody has trained yet."))
            return
        columns = NARROW_COLUMNS if is_narrow() else COLUMNS
        if kind == "all":
            figure = overlaid_figure(curves, start)
        else:
            figure = small_multiples_figure(curves, columns, start)
        show(
            figure,
            f"board_chart_{kind}",
            _("The latest trainings of {count} visitors").format(count=len(curves)),
        )

    live()


def run_label(pupil: Pupil) -> str:
    """Return the name of a visitor with the latest run."""
    if pupil.run is None or pupil.state is None:
        return _("{name}: no run yet").format(name=pupil.space.name)
    return f"{pupil.space.name}: {pupil.run.name}, {STATE_NAMES[pupil.state]}"
