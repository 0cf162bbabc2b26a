"""The computation of the t-SNE map of a snapshot, in a process of its own."""

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.jobs import kinds as jobs
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import stored_results
from mnistviz.ui.shared.flash import errors_shown


def need_plane(snapshot: Snapshot) -> FloatArray:
    """The t-SNE map `(10,000, 2)` of the test images; where it is not stored, end the page there.

    Then the page offers to compute it, or shows how far the computation is.
    """
    plane = stored_results.tsne_plane(snapshot)
    if plane is None:
        _offer(snapshot)
        st.stop()
    return plane


def _offer(snapshot: Snapshot) -> None:
    job = jobs.tsne_map(snapshot)
    if job.progress() is not None:
        _show_progress(snapshot)
        return
    st.info(
        _(
            "This map has to be worked out once for each snapshot: half a minute on two free "
            "cores, in a process of its own. It is kept."
        )
    )
    if reason := job.failure():
        st.error(_("It failed: {reason}.").format(reason=reason), icon=":material/error:")
    if st.button(_("Work it out"), type="primary", icon=":material/scatter_plot:"):
        job.start()
        st.rerun()


@st.fragment(run_every=1.0)
@errors_shown()
def _show_progress(snapshot: Snapshot) -> None:
    job = jobs.tsne_map(snapshot)
    done = job.progress()
    if done is None or stored_results.tsne_plane(snapshot) is not None:
        st.rerun()
    st.progress(
        done, _("t-SNE is {done:.0%} done. It goes on when you leave the page.").format(done=done)
    )
    if st.button(_("Stop"), icon=":material/stop:"):
        job.stop()
