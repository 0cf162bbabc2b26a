"""All kernels of a convolution, and one of them in full."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.colour_scales import Scope
from mnistviz.charts.inspection.kernel_kinds import kernel_kinds_figure
from mnistviz.charts.inspection.kernels import (
    kernel_figure,
    kernel_matrix_figure,
    kernel_row_figure,
)
from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.kernels import kernel_kinds
from mnistviz.inspection.kernels.kernel_order import Order, order_of, twins_of
from mnistviz.inspection.kernels.kernel_statistics import one_kernel_statistics
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_width import page_width

NUM_TWINS = 6
INPUT, OUTPUT = "kernel_input", "kernel_output"
CHART = "kernels"


@dataclass(frozen=True)
class Shown:
    """The kernels `(height, width, inputs, outputs)` of a layer and how they are to be drawn.

    `largest_of_all` is the largest magnitude of a weight in the network.
    """

    layer: str
    kernel: FloatArray
    largest_of_all: float
    scope: Scope
    order: Order

    @property
    def output_name(self) -> str:
        return "digit" if self.layer == "conv8" else "output channel"


def _choose_clicked() -> None:
    points = st.session_state[CHART].selection.points
    if points:
        st.session_state[INPUT], st.session_state[OUTPUT] = points[0]["customdata"]


def show_matrix(shown: Shown) -> tuple[int, int]:
    """Every kernel of the layer, to be clicked. Returns the (input, output) that is chosen."""
    num_inputs, num_outputs = shown.kernel.shape[2:]
    chosen = (
        min(st.session_state.get(INPUT, 0), num_inputs - 1),
        min(st.session_state.get(OUTPUT, 0), num_outputs - 1),
    )
    st.session_state[INPUT], st.session_state[OUTPUT] = chosen
    rows, columns = order_of(shown.kernel, shown.order)
    show(
        kernel_matrix_figure(
            shown.kernel,
            shown.scope,
            shown.largest_of_all,
            page_width(),
            (rows.tolist(), columns.tolist()),
            chosen,
            shown.output_name,
        ),
        key=CHART,
        on_click=_choose_clicked,
        alt=f"All {num_inputs * num_outputs} kernels of {shown.layer}: {num_inputs} input channels "
        f"by {num_outputs} output channels, signed.",
    )
    return chosen


def show_one(shown: Shown, chosen: tuple[int, int]) -> None:
    """The chosen kernel: its numbers, its statistics, its kind and its twins."""
    kernel = shown.kernel
    height, _, num_inputs, num_outputs = kernel.shape
    st.subheader("One kernel")
    left, middle, right = st.columns([3, 3, 4], gap="medium")
    weights_of_one = kernel[:, :, chosen[0], chosen[1]]
    with left:
        with st.container(horizontal=True):
            if num_inputs > 1:
                st.number_input("Input channel", 0, num_inputs - 1, key=INPUT)
            st.number_input(shown.output_name.capitalize(), 0, num_outputs - 1, key=OUTPUT)
        show(
            kernel_figure(weights_of_one, float(abs(weights_of_one).max())),
            "one_kernel",
            f"The {weights_of_one.size} weights of the chosen kernel",
        )
    with middle:
        numbers = one_kernel_statistics(kernel, *chosen)
        named = {key: value for key, value in numbers.items() if "share" not in key}
        table = pd.DataFrame({"of this kernel": named.keys(), "value": named.values()})
        st.table(
            table.style.format({"value": "{:+.4f}"}),
            hide_index=True,
            alt="Statistics of the chosen kernel",
        )
        st.caption(
            f"It has **{numbers['share']:.2%}** of the layer's energy; an even share would be "
            f"{numbers['even share']:.2%}."
        )
    with right:
        if height == 3:
            _show_kind(kernel, chosen)
    _show_twins(kernel, chosen)


def _show_kind(kernel: FloatArray, chosen: tuple[int, int]) -> None:
    shares = kernel_kinds.shares_of(kernel)[:, chosen[0], chosen[1]]
    kind = kernel_kinds.kinds_of(kernel)[chosen]
    angles, strengths = kernel_kinds.gradients_of(kernel)
    st.markdown(
        f"Its kind: **{kind}**. Its gradient wants more brightness at "
        f"**{angles[chosen]:.0f}°** (0° right, 90° up), with strength "
        f"{strengths[chosen]:.3f}."
    )
    chance = kernel_kinds.layer_kinds(kernel).chance
    show(
        kernel_kinds_figure(
            dict(zip(kernel_kinds.KINDS, shares.tolist(), strict=True)), chance, 200
        ),
        "one_kind",
        "Shares of the kernel's energy by kind of pattern",
    )


def _show_twins(kernel: FloatArray, chosen: tuple[int, int]) -> None:
    twins = twins_of(kernel, *chosen, NUM_TWINS)
    if not twins:
        return
    weights_of_one = kernel[:, :, chosen[0], chosen[1]]
    of_what = (
        "whole output channels, by the weights of all their inputs" if kernel.shape[0] == 1 else ""
    )
    st.caption(
        f"Its nearest twins in the layer{': ' if of_what else ''}{of_what}, with their cosine "
        "similarity: 1 is the same pattern, 0 nothing in common, whatever the strength."
    )
    show(
        kernel_row_figure(
            np.stack([weights_of_one, *(kernel[:, :, t.input, t.output] for t in twins)]),
            ["this", *(f"{t.input}→{t.output}: {t.similarity:.2f}" for t in twins)],
            page_width(),
        ),
        "twins",
        f"The chosen kernel and its {len(twins)} nearest twins",
    )
