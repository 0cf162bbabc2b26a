"""One value of a convolution: the patch under the kernel, the products, and their sum."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.inspection.microscope import (
    channel_sums_figure,
    clickable_map_figure,
    number_grid_figure,
)
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray, Weights
from mnistviz.inspection.image.value_trace import Parts, take_apart
from mnistviz.ui.microscope import place
from mnistviz.ui.microscope.place import CHANNEL, COLUMN, ROW
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import clicked_point

MAP = "micro_map"
INPUT = "micro_input"
GRID_HEIGHT = 190


@dataclass(frozen=True)
class Convolution:
    """A convolution of a network for one image.

    `inputs` and `maps` are (height, width, channels) float32: the input of the layer, and its
    output before the ReLU.
    """

    name: str
    model: ModelSpec
    weights: Weights
    inputs: FloatArray
    maps: FloatArray


def show_value(layer: Convolution, playing: bool) -> None:
    """Show the chosen value of a convolution; while it plays, move on every second."""
    playing = playing and layer.maps.shape[0] > 1
    st.fragment(_show_value, run_every=place.SECONDS_PER_STEP if playing else None)(layer, playing)


@errors_shown()
def _show_value(layer: Convolution, playing: bool) -> None:
    height, width, num_channels = layer.maps.shape
    place.keep_within(st.session_state, layer.maps)
    if playing:
        place.play(st.session_state, time.monotonic(), height, width)
    row, column, channel = place.place_of(st.session_state)
    parts = take_apart(layer.inputs, layer.weights, layer.model, layer.name, (row, column, channel))
    _place_inputs(height, width, num_channels)
    source = _pick_input_channel(parts)
    left, right = st.columns(2, gap="large")
    with right:
        _show_map(layer, row, column, channel)
    with left:
        _show_input(layer, row, column, source, len(parts.kernel))
    _show_products(parts, source)
    st.table(
        pd.DataFrame(steps_of(parts), columns=["step", "number"]).style.format(
            {"number": "{:+.5f}"}
        ),
        hide_index=True,
        width="content",
        alt="The steps from the products to the value that is handed on",
    )


def _place_inputs(height: int, width: int, num_channels: int) -> None:
    def move_button(label: str, icon: str, by: int) -> None:
        st.button(
            label,
            icon=f":material/{icon}:",
            on_click=lambda: place.move(st.session_state, by, height, width),
            key=f"micro_{label.lower()}",
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Channel", 0, num_channels - 1, key=CHANNEL, width=120)
        if height > 1:
            st.number_input("Row", 0, height - 1, key=ROW, width=120)
            st.number_input("Column", 0, width - 1, key=COLUMN, width=120)
            move_button("Back", "skip_previous", -1)
            move_button("Step", "skip_next", 1)


def _pick_input_channel(parts: Parts) -> int:
    """Let a person choose an input channel, or follow the one whose sum is largest."""
    last = len(parts.sums) - 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if last == 0:
            return 0
        follow = st.toggle("Show the input channel that adds most", value=True, key="micro_follow")
        chosen = st.session_state.get(INPUT, 0)
        strongest = int(np.argmax(np.abs(parts.sums)))
        st.session_state[INPUT] = strongest if follow else min(chosen, last)
        return st.number_input("Input channel", 0, last, key=INPUT, disabled=follow, width=120)


def _choose_clicked_place() -> None:
    if (clicked := clicked_point(MAP)) is not None:
        st.session_state[ROW], st.session_state[COLUMN] = clicked


def _show_map(layer: Convolution, row: int, column: int, channel: int) -> None:
    st.markdown(f"**The map of {layer.name}, channel {channel}**: plain sums, before the ReLU")
    show(
        clickable_map_figure(layer.maps[:, :, channel], (row, column), signed=True),
        key=MAP,
        on_click=_choose_clicked_place,
        alt=f"The map of {layer.name}, channel {channel}, with the chosen place framed",
    )


def _show_input(layer: Convolution, row: int, column: int, source: int, size: int) -> None:
    num_inputs = layer.inputs.shape[2]
    st.markdown(
        f"**The input of {layer.name}**"
        + (f", channel {source} of {num_inputs}" if num_inputs > 1 else ": the image")
        + f", and the patch of {size}×{size}"
    )
    signed = bool(layer.inputs.min() < 0)
    show(
        clickable_map_figure(
            layer.inputs[:, :, source], (row, column), size, signed=signed, clickable=False
        ),
        "micro_input_map",
        f"The input of {layer.name} with the patch framed",
    )


def _show_products(parts: Parts, source: int) -> None:
    """Show patch, kernel and products of an input channel, and what all of them add up to."""
    grids = (
        ("patch", "patch", parts.patch),
        ("× kernel", "kernel", parts.kernel),
        ("= products", "products", parts.products),
    )
    for column, (title, key, values) in zip(st.columns(3, gap="small"), grids, strict=True):
        grid = values[:, :, source]
        with column:
            st.markdown(f"**{title}**")
            show(
                number_grid_figure(grid, float(np.abs(grid).max()), GRID_HEIGHT),
                f"micro_{key}",
                f"{title}: {grid.size} numbers",
            )
    several = len(parts.sums) > 1
    st.markdown(
        f"The {grid.size} products of {f'input channel {source}' if several else 'the image'} "
        f"add up to **{parts.sums[source]:+.5f}**."
    )
    if several:
        show(
            channel_sums_figure(parts.sums, parts.bias, parts.total, source),
            "micro_sums",
            "What each input channel and the bias add to the sum",
        )


def steps_of(parts: Parts) -> list[tuple[str, float]]:
    """Return each step from the products to the output of the layer, with its number."""
    num_inputs = len(parts.sums)
    first = f"sum over {num_inputs} input channels" if num_inputs > 1 else "sum of the products"
    # A plus sign would begin a list in Markdown.
    steps = [
        (first, float(parts.sums.sum())),
        ("\\+ bias", parts.bias),
        ("= after the convolution", parts.total),
        ("ReLU: negative becomes 0", parts.relu),
        ("× gain of the normalization", parts.gain),
        ("\\+ shift of the normalization", parts.shift),
        ("= handed on", parts.normalized),
    ]
    return [(step, number) for step, number in steps if number is not None]
