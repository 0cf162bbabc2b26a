"""All kernels of a convolution, and one of them in full."""

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.inspection.kernel_kinds import kernel_kinds_figure
from mnistviz.charts.inspection.kernels import (
    kernel_figure,
    kernel_matrix_figure,
    kernel_row_figure,
)
from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.kernels import kernel_kinds
from mnistviz.inspection.kernels.kernel_order import most_similar_kernels, order_of
from mnistviz.inspection.kernels.kernel_statistics import one_kernel_statistics
from mnistviz.texts import _
from mnistviz.ui.kernels.layer_choice import ShownLayer
from mnistviz.ui.shared.channel.exciting_view import show_exciting
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import clicked_point
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.words.explained import explained, explained_caption

NUM_TWINS = 6
INPUT, OUTPUT = "kernel_input", "kernel_output"
CHART = "kernels"


@st.fragment
def show_kernels(layer: ShownLayer) -> None:
    """Show all kernels of a layer; then the chosen one, and what excites its output channel."""
    chosen = _show_matrix(layer)
    _show_chosen(layer, chosen)
    with errors_shown():
        heading = _("Images that excite its {output_name}, {chosen}").format(
            output_name=layer.output_name, chosen=chosen[1]
        )
        show_exciting(layer.snapshot, layer.name, chosen[1], heading)


def _choose_clicked() -> None:
    if (place := clicked_point(CHART)) is not None:
        st.session_state[INPUT], st.session_state[OUTPUT] = place


def _show_matrix(layer: ShownLayer) -> tuple[int, int]:
    """Show every kernel of the layer. Returns the (input, output) of the chosen one."""
    num_inputs, num_outputs = layer.kernel.shape[2:]
    chosen = (
        min(st.session_state.get(INPUT, 0), num_inputs - 1),
        min(st.session_state.get(OUTPUT, 0), num_outputs - 1),
    )
    st.session_state[INPUT], st.session_state[OUTPUT] = chosen
    rows, columns = order_of(layer.kernel, layer.order)
    show(
        kernel_matrix_figure(
            layer.kernel,
            layer.scope,
            layer.largest_of_all,
            page_width(),
            (rows.tolist(), columns.tolist()),
            chosen,
            layer.output_name,
        ),
        key=CHART,
        on_click=_choose_clicked,
        alt=_(
            "All {count} kernels of {name}: {num_inputs} input channels by {num_outputs} output "
            "channels, signed."
        ).format(
            count=num_inputs * num_outputs,
            name=layer.name,
            num_inputs=num_inputs,
            num_outputs=num_outputs,
        ),
    )
    return chosen


def _show_chosen(layer: ShownLayer, chosen: tuple[int, int]) -> None:
    """Show the chosen kernel: its weights, its statistics, its kind and its twins."""
    num_inputs, num_outputs = layer.kernel.shape[2:]
    weights = layer.kernel[:, :, chosen[0], chosen[1]]
    st.subheader(_("One kernel"))
    left, middle, right = st.columns([3, 3, 4], gap="medium")
    with left:
        with st.container(horizontal=True):
            if num_inputs > 1:
                st.number_input(_("Input channel"), 0, num_inputs - 1, key=INPUT)
            st.number_input(layer.output_name.capitalize(), 0, num_outputs - 1, key=OUTPUT)
        show(
            kernel_figure(weights, float(abs(weights).max())),
            "one_kernel",
            _("The {size} weights of the chosen kernel").format(size=weights.size),
        )
    with middle:
        _show_statistics(layer.kernel, chosen)
    with right:
        if len(weights) == 3:
            _show_kind(layer.kernel, chosen)
    _show_twins(layer.kernel, chosen)


def _show_statistics(kernel: FloatArray, chosen: tuple[int, int]) -> None:
    numbers = one_kernel_statistics(kernel, *chosen)
    rows = [(name, number) for name, number in numbers.items() if "share" not in name]
    table = pd.DataFrame(rows, columns=[_("of this kernel"), "value"])
    st.table(
        table.style.format({"value": "{:+.4f}"}),
        hide_index=True,
        alt=_("Statistics of the chosen kernel"),
    )
    explained_caption(
        _(
            "It has **{share:.1%}** of the layer's total strength (the sum of the squared "
            "weights). {numbers:.1%} would be average."
        ).format(share=numbers["share"], numbers=numbers["even share"])
    )


def _show_kind(kernel: FloatArray, chosen: tuple[int, int]) -> None:
    shares = kernel_kinds.shares_of(kernel)[:, chosen[0], chosen[1]]
    kind = kernel_kinds.kinds_of(kernel)[chosen]
    angles, strengths = kernel_kinds.gradients_of(kernel)
    by_kind = dict(zip(kernel_kinds.KINDS, shares.tolist(), strict=True))
    chance = kernel_kinds.layer_kinds(kernel).chance
    text = _("Its kind: **{kind}**.").format(kind=kind)
    if by_kind["gradient"] > chance["gradient"]:
        text += _(
            " Its gradient answers to edges that are brighter **{brighter_side}** "
            "({angles:.0f}°; strength {strengths:.2f})."
        ).format(
            brighter_side=kernel_kinds.brighter_side(float(angles[chosen])),
            angles=angles[chosen],
            strengths=strengths[chosen],
        )
    explained(text)
    show(
        kernel_kinds_figure(by_kind, chance, 200),
        "one_kind",
        _("Shares of the kernel's strength by kind of pattern"),
    )


def _show_twins(kernel: FloatArray, chosen: tuple[int, int]) -> None:
    twins = most_similar_kernels(kernel, *chosen, NUM_TWINS)
    if not twins:
        return
    whole_channels = (
        _(": whole output channels, by the weights of all their inputs") if len(kernel) == 1 else ""
    )
    explained_caption(
        _(
            "The most similar kernels of this layer{whole_channels}. 1 = the same pattern, 0 = "
            "nothing in common (cosine similarity)."
        ).format(whole_channels=whole_channels)
    )
    show(
        kernel_row_figure(
            np.stack(
                [kernel[:, :, i, o] for i, o in [chosen, *((t.input, t.output) for t in twins)]]
            ),
            [_("this"), *(f"{t.input}→{t.output}: {t.similarity:.2f}" for t in twins)],
            page_width(),
        ),
        "twins",
        _("The chosen kernel and the {count} most similar ones").format(count=len(twins)),
    )
