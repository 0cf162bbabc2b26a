"""Statistics of the weights of each output channel of a convolution."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from mnistviz.inspection.kernels.batch_norm_folding import kernel_and_bias
from mnistviz.inspection.kernels.kernel_statistics import (
    NEAR_ZERO,
    channel_statistics,
    relative_change,
)
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.kernels.layer_choice import VIEW_NAMES, ShownLayer
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.texts import epochs_text
from mnistviz.ui.shared.words.explained import explained_caption

EXACT_COLUMNS = {
    "smallest": _("smallest"),
    "largest": _("largest"),
    "mean": _("mean"),
    "norm": _("norm"),
    "bias": _("bias"),
}


def show_statistics(layer: ShownLayer) -> None:
    """Show a table with a row for each output channel."""
    st.header(_("Numbers for each output channel"))
    explained_caption(
        _(
            "Look at the change: channels that still move have not settled. Norm is the root of "
            "the sum of squared weights, share its part of the layer's; near zero are weights "
            "under {near_zero:.0%} of the layer's root mean square. These numbers are of the "
            "weights {view_names}."
        ).format(near_zero=NEAR_ZERO, view_names=VIEW_NAMES[layer.view])
    )
    table = pd.DataFrame([asdict(row) for row in channel_statistics(layer.kernel, layer.bias)])
    columns = {
        **{
            name: st.column_config.NumberColumn(title, format="%.4f")
            for name, title in EXACT_COLUMNS.items()
        },
        "channel": st.column_config.NumberColumn(_("channel")),
        "share": st.column_config.NumberColumn(_("share"), format="percent"),
        "near_zero": st.column_config.NumberColumn(_("near zero"), format="percent"),
    }
    before = _snapshot_before(layer.snapshot)
    if before is not None:
        older, _bias = kernel_and_bias(loaded_networks.weights(before), layer.name, layer.view)
        table["change"] = relative_change(layer.kernel, older)
        since = _("change since epoch {epochs}").format(epochs=epochs_text(before.run, before.step))
        columns["change"] = st.column_config.NumberColumn(since, format="percent")
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config=columns,
        alt=_("Statistics of the weights of each output channel of {name}").format(name=layer.name),
    )


def _snapshot_before(snapshot: Snapshot) -> Snapshot | None:
    steps = [step for step in snapshots.steps_of(snapshot.run) if step < snapshot.step]
    return Snapshot(snapshot.run, steps[-1]) if steps else None
