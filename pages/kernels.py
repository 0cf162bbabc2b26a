"""Kernels: all weights of a convolution, signed; one kernel in full; what kinds there are."""

from mnistviz.ui.shell import need_shell

need_shell()

from dataclasses import asdict

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz import snapshots
from mnistviz.charts.kernel_kinds import direction_rose, kind_bars
from mnistviz.charts.kernels import kernel_matrix, kernel_row, one_kernel
from mnistviz.inspection import kernel_kinds
from mnistviz.inspection.folding import kernel_and_bias, views_of
from mnistviz.inspection.kernel_order import order_of, twins_of
from mnistviz.inspection.kernels import (
    NEAR_ZERO,
    channel_statistics,
    largest_weight,
    one_kernel_statistics,
    relative_change,
)
from mnistviz.ui import loaders
from mnistviz.ui.page_width import page_width
from mnistviz.ui.widgets import (
    CHART_CONFIG,
    chosen_run,
    describe,
    epochs_text,
    explanation,
    need_snapshot,
    pick_scope,
    show,
)

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
NUM_TWINS = 6


def choose_clicked_kernel() -> None:
    points = st.session_state.kernels.selection.points
    if points:
        st.session_state.kernel_input, st.session_state.kernel_output = points[0]["customdata"]


run = chosen_run()
step = need_snapshot(run)
st.markdown(describe(run, step))

weights = loaders.weights(run, step)
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
output_name = "digit" if name == "conv8" else "output channel"

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
    chosen = (
        min(st.session_state.get("kernel_input", 0), num_inputs - 1),
        min(st.session_state.get("kernel_output", 0), num_outputs - 1),
    )
    st.session_state.kernel_input, st.session_state.kernel_output = chosen
    st.plotly_chart(
        kernel_matrix(
            kernel,
            scope,
            largest["all"],
            page_width(),
            order_of(kernel, order_by),
            chosen,
            output_name,
        ),
        key="kernels",
        on_select=choose_clicked_kernel,
        selection_mode="points",
        config=CHART_CONFIG,
        alt=f"All {num_inputs * num_outputs} kernels of {name}: {num_inputs} input channels by "
        f"{num_outputs} output channels, signed.",
    )

    st.subheader("One kernel")
    left, middle, right = st.columns([3, 3, 4], gap="medium")
    weights_of_one = kernel[:, :, chosen[0], chosen[1]]
    with left:
        with st.container(horizontal=True):
            if num_inputs > 1:
                st.number_input("Input channel", 0, num_inputs - 1, key="kernel_input")
            st.number_input(output_name.capitalize(), 0, num_outputs - 1, key="kernel_output")
        show(
            one_kernel(weights_of_one, float(abs(weights_of_one).max())),
            "one_kernel",
            f"The {weights_of_one.size} weights of the chosen kernel",
        )
    with middle:
        numbers = one_kernel_statistics(kernel, *chosen)
        named = {key: value for key, value in numbers.items() if "share" not in key}
        st.dataframe(
            pd.DataFrame({"of this kernel": named.keys(), "value": named.values()}),
            hide_index=True,
            height="content",
            column_config={"value": st.column_config.NumberColumn(format="%+.4f")},
            alt="Statistics of the chosen kernel",
        )
        st.caption(
            f"It has **{numbers['share']:.2%}** of the layer's energy; an even share would be "
            f"{numbers['even share']:.2%}."
        )
    with right:
        if height == 3:
            shares = kernel_kinds.shares_of(kernel)[:, chosen[0], chosen[1]]
            kind = kernel_kinds.kinds_of(kernel)[chosen]
            angles, strengths = kernel_kinds.gradients_of(kernel)
            st.markdown(
                f"This kernel is **{kind}**. Its gradient wants more brightness at "
                f"**{angles[chosen]:.0f}°** (0° right, 90° up), with strength "
                f"{strengths[chosen]:.3f}."
            )
            chance = kernel_kinds.layer_kinds(kernel).chance
            show(
                kind_bars(dict(zip(kernel_kinds.KINDS, shares.tolist(), strict=True)), chance, 200),
                "one_kind",
                "Shares of the kernel's energy by kind of pattern",
            )
    twins = twins_of(kernel, *chosen, NUM_TWINS)
    if twins:
        of_what = "whole output channels, by the weights of all their inputs" if height == 1 else ""
        st.caption(
            f"Its nearest twins in the layer{': ' if of_what else ''}{of_what}, with their cosine "
            "similarity: 1 is the same pattern, 0 nothing in common, whatever the strength."
        )
        show(
            kernel_row(
                np.stack([weights_of_one, *(kernel[:, :, t.input, t.output] for t in twins)]),
                ["this", *(f"{t.input}→{t.output}: {t.similarity:.2f}" for t in twins)],
                page_width(),
            ),
            "twins",
            f"The chosen kernel and its {len(twins)} nearest twins",
        )


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

if height == 3:
    st.header("What kind of kernels are these?")
    found = kernel_kinds.layer_kinds(kernel)
    st.caption(
        "Look for bars that end far from their grey mark: the mark is what random weights would "
        "have. On the compass, look for gaps: edges of that direction the layer hardly answers to."
    )
    left, right = st.columns(2, gap="large")
    with left:
        show(
            kind_bars(found.shares, found.chance),
            "kinds",
            "Shares of the layer's energy by kind of pattern, beside what random weights have",
        )
        st.markdown(kernel_kinds.sentence(kernel))
        named = [f"{count} {kind}" for kind, count in found.counts.items() if count]
        st.caption(f"Kernels by kind, the one with at least half of the energy: {', '.join(named)}")
    with right:
        sectors = kernel_kinds.direction_shares(kernel)
        angles, strengths = kernel_kinds.gradients_of(kernel)
        names = [f"{i} → {o}" for i in range(num_inputs) for o in range(num_outputs)]
        show(
            direction_rose(
                sectors.tolist(),
                kernel_kinds.DIRECTIONS,
                angles.ravel().tolist(),
                strengths.ravel().tolist(),
                names,
            ),
            "directions",
            "Directions of the gradients in the layer's kernels, on a compass",
        )
        missing = kernel_kinds.lacking(sectors)
        st.caption(
            "Each point is a kernel, further out is stronger; a bar is the sector's share of the "
            "gradient energy. "
            + (
                f"It hardly asks for *brighter to the* **{', '.join(missing)}** (under half of "
                "an even share)."
                if missing
                else "All eight directions have at least half of an even share."
            )
        )
    explanation(
        [
            "Any nine numbers can be mixed from nine basic patterns, like a colour from red, "
            "green and blue. Here they are those of **Frei and Chen (1977)**, all at right angles "
            "to each other, so the parts add up to 100 %.",
            "**Gradient**: dark on one side, bright on the other, an edge. **Line**: a bar, darker "
            "on both of its sides. **Spot**: the middle against its surround. **Average**: all "
            "nine weights alike, it blurs. **Texture**: what is left, ripples and checkerboards.",
            "Random kernels have shares, too: two of nine patterns are gradients, so they have "
            "22 % on average. Only what differs from that was learned. Compare with snapshot 0.",
        ]
    )

else:
    st.markdown(kernel_kinds.sentence(kernel))

st.header("Numbers for each output channel")
st.caption(
    "Look at the change: channels that still move have not settled. Norm is the root of the sum of "
    "squared weights, share its part of the layer's; near zero are weights under "
    f"{NEAR_ZERO:.0%} of the layer's root mean square. These numbers are of the weights "
    f"{VIEW_NAMES[view]}."
)
table = pd.DataFrame([asdict(row) for row in channel_statistics(kernel, bias)])
steps = snapshots.steps_of(run)
before = steps[steps.index(step) - 1] if steps.index(step) else None
if before is not None:
    older, _ = kernel_and_bias(loaders.weights(run, before), name, view)
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
