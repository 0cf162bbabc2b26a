"""Take it elsewhere: a run in formats of other programs, each made after a click."""

from functools import partial

import streamlit as st

from mnistviz.core import storage
from mnistviz.exports import formats
from mnistviz.exports.formats import Format
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared.texts import epochs_text

# From this time on, the page says how long a file takes.
LONG_SECONDS = 2


def show_formats(run: Run) -> None:
    """Show a download button for each format, of the network after a chosen number of epochs."""
    steps = snapshots.steps_of(run)
    if not steps:
        st.caption(_("There is no network yet: wait until the training has begun."))
        return
    step = st.selectbox(
        _("Network after so many epochs"),
        steps,
        index=len(steps) - 1,
        format_func=lambda step: epochs_text(run, step),
        key=f"elsewhere_step_{run.id}",
    )
    if problem := snapshots.read_error(Snapshot(run, step)):
        # Shown before the click: after it, the browser shows no error.
        st.error(problem, icon=":material/error:")
        return
    for group, rows in formats.GROUPS.items():
        st.markdown(f"**{group}**")
        for each in rows:
            _download(Snapshot(run, step), each)


def _download(snapshot: Snapshot, to: Format) -> None:
    """Show the button of a format, with what it is beside it."""
    stem = formats.stem_of(snapshot, to)
    missing = formats.missing_package(to)
    st.download_button(
        to.title,
        # Made after the click, in a child process where it takes TensorFlow.
        data=storage.in_this_home(partial(formats.packed, snapshot, to, stem)),
        file_name=formats.download_name(to, stem),
        icon=":material/download:",
        on_click="ignore",
        key=f"elsewhere_{to.name}{to.suffix}_{snapshot.run.id}",
        disabled=bool(missing),
    )
    text = missing or to.text
    if to.seconds > LONG_SECONDS and not missing:
        text += _(" Takes about {seconds:.0f} seconds.").format(seconds=to.seconds)
    st.caption(text)
