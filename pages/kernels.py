"""Kernels: all weights of a convolution, signed; one kernel in full; what kinds there are."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

from dataclasses import asdict

import pandas as pd
import streamlit as st

from mnistviz.inspection.kernels.batch_norm_folding import kernel_and_bias, views_of
from mnistviz.inspection.kernels.kernel_statistics import (
    NEAR_ZERO,
    channel_statistics,
    largest_weight,
    relative_change,
)
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.kernels.kernel_kinds_view import show_kinds
from mnistviz.ui.kernels.kernel_view import Shown, show_matrix, show_one
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import pick_scope
from mnistviz.ui.shared.exciting_view import show_exciting
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.sidebar import need_snapshot
from mnistviz.ui.shared.texts import describe, epochs_text, explanation

VIEW_NAMES = {
    "stored": "as stored",
    "incoming": "incoming norm folded in",
    "outgoing": "× own norm's gain",
}
VIEW_HELP = (
    "Batch normalization multiplies each channel by a gain. **As stored**: the weights that "
    "training changes. **Incoming norm folded in**: the same layer, taking the plain ReLU outputs "
    "of the layer before. **× own norm's gain**: how strongly each weight moves what follows. "
    "All three describe the same network."
)


snapshot = need_snapshot()
run = snapshot.run
st.markdown(describe(snapshot))

weights = loaders.weights(snapshot)
with st.container(horizontal=True, vertical_alignment="bottom"):
    name = st.segmented_control(
        "Convolution",
        [layer.name for layer in run.spec.model.convolutions],
        default="conv1",
        key="kernels_layer",
        required=True,
        wrap=True,
        persist_state="session",
    )
    scope = pick_scope("kernels_scope", "each kernel")
    order_by = st.segmented_control(
        "Order channels by",
        ["index", "norm", "similarity"],
        default="index",
        key="kernels_order",
        required=True,
        help="Similarity puts channels with alike weights side by side (clustered by angle).",
    )
    views = views_of(weights, name)
    view = "stored"
    if len(views) > 1:
        view = st.selectbox(
            "Weights",
            views,
            format_func=VIEW_NAMES.get,
            key=f"kernels_view_{len(views)}_{views[-1]}",
            help=VIEW_HELP,
            width=240,
        )

kernel, bias = kernel_and_bias(weights, name, view)
height, width, num_inputs, num_outputs = kernel.shape

largest = {"layer": float(abs(kernel).max()), "all": largest_weight(weights)}
full_colour = f"Full colour is ±{largest[scope]:.2f}." if scope in largest else ""
if num_inputs == 1:
    look_for = "Look for warm beside blue: such a kernel answers to an edge of that direction."
elif height == 1:
    look_for = (
        "Each square is one weight: how much of an input channel goes into an output channel."
    )
elif name == "conv8":
    look_for = (
        f"A column is a digit: where its {num_inputs} templates are warm, evidence counts for it, "
        "where they are blue, against it."
    )
else:
    look_for = (
        "Read a column: these kernels together make one output channel. Pale rows are input "
        "channels the layer hardly uses."
    )
st.caption(
    f"{look_for} **Warm** is positive, **blue** negative, off-white is zero. All "
    f"{num_inputs * num_outputs:,} kernels of {height}×{width} are here, {VIEW_NAMES[view]}; "
    f"point at one for its numbers, **click** it for more. {full_colour}"
)


@st.fragment
def matrix_and_chosen_kernel() -> None:
    shown = Shown(name, kernel, largest["all"], scope, order_by)
    chosen = show_matrix(shown)
    show_one(shown, chosen)
    with errors_shown():
        heading = f"What excites its {shown.output_name}, {chosen[1]}"
        show_exciting(snapshot, name, chosen[1], heading)


matrix_and_chosen_kernel()
explanation(
    [
        f"**{name}** makes {num_outputs} output channels out of {num_inputs} input "
        f"channel{'s' if num_inputs > 1 else ''}. For each pair of them it has its own kernel of "
        f"{height}×{width} weights: {num_inputs} × {num_outputs} = {num_inputs * num_outputs:,} "
        f"kernels, {kernel.size:,} weights.",
        "At each place of the picture, a kernel multiplies its weights with the values under it "
        "and adds up. A **warm** weight says *a high value here speaks for it*, a **blue** one "
        "*against it*. The sums over all input channels, plus the channel's bias, are the output.",
        "Move the **snapshot** slider in the sidebar to 0: these are the random weights it started "
        "from. Step through the first epoch and watch the patterns appear.",
    ]
)

show_kinds(kernel)

st.header("Numbers for each output channel")
st.caption(
    "Look at the change: channels that still move have not settled. Norm is the root of the sum of "
    "squared weights, share its part of the layer's; near zero are weights under "
    f"{NEAR_ZERO:.0%} of the layer's root mean square. These numbers are of the weights "
    f"{VIEW_NAMES[view]}."
)
table = pd.DataFrame([asdict(row) for row in channel_statistics(kernel, bias)])
steps = snapshots.steps_of(run)
before = steps[steps.index(snapshot.step) - 1] if steps.index(snapshot.step) else None
if before is not None:
    older, _ = kernel_and_bias(loaders.weights(Snapshot(run, before)), name, view)
    table["change"] = relative_change(kernel, older)
st.dataframe(
    table,
    hide_index=True,
    height="content",
    column_config={
        **{
            column: st.column_config.NumberColumn(format="%.4f")
            for column in ("smallest", "largest", "mean", "norm", "bias")
        },
        "share": st.column_config.NumberColumn(format="percent"),
        "near_zero": st.column_config.NumberColumn("near zero", format="percent"),
        "change": st.column_config.NumberColumn(
            "" if before is None else f"change since epoch {epochs_text(run, before)}",
            format="percent",
        ),
    },
    alt=f"Statistics of the weights of each output channel of {name}",
)
