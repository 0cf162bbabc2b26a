"""Microscope: one value of a convolution, taken apart number by number and traced back."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import time

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.inspection.microscope import (
    channel_sums_figure,
    clickable_map_figure,
    number_grid_figure,
    receptive_fields_figure,
)
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.inspection.image.value_trace import inputs_of, strongest_pixel, take_apart, trace_back
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe, explanation

SECONDS_PER_STEP = 1.0
GRID_HEIGHT = 190


def choose_clicked_place() -> None:
    points = st.session_state.micro_map.selection.points
    if points:
        st.session_state.micro_row, st.session_state.micro_column = points[0]["customdata"]


def choose_link(links: list) -> None:
    rows = st.session_state.trace.selection.rows
    if rows and rows[0] < len(links):
        link = links[rows[0]]
        st.session_state.micro_layer = link.layer
        st.session_state.micro_channel = link.channel
        st.session_state.micro_row, st.session_state.micro_column = link.row, link.column


def move(by: int, height: int, width: int) -> None:
    place = st.session_state.micro_row * width + st.session_state.micro_column + by
    row, column = divmod(place % (height * width), width)
    st.session_state.micro_row, st.session_state.micro_column = row, column


snapshot = need_snapshot()
run = snapshot.run
model = run.spec.model
image, image_name = chosen_image()
st.markdown(f"{describe(snapshot)}, looking at **{image_name}**")
st.caption(
    "Follow the arrows: a patch of the input, times the kernel, added up, is one value of the map. "
    "**Click** a place of the map, or let it play. All numbers are the network's own."
)

layers = {layer.name: layer for layer in model.convolutions}
st.session_state.setdefault("micro_layer", "conv1")
with st.container(horizontal=True, vertical_alignment="bottom"):
    name = st.segmented_control(
        "Convolution", list(layers), key="micro_layer", required=True, wrap=True
    )
    playing = st.toggle(
        "Play",
        key="micro_play",
        help="Move on by one place every second, row by row.",
        disabled=layers[name].output_shape[:2] == (1, 1),
    )

stages = loaders.stages(snapshot, image)
weights = loaders.weights(snapshot)
inputs = inputs_of(stages, image, name)
maps = next(one.values for one in stages if one.layer == name and one.stage == "convolution")
height, width, num_channels = maps.shape
run_every = SECONDS_PER_STEP if playing and height > 1 else None


@st.fragment(run_every=run_every)
def microscope() -> None:
    chosen = st.session_state
    channel = chosen.get("micro_channel", 0)
    chosen.micro_channel = channel if channel < num_channels else 0
    # Where most happens: in the middle of many digits there is nothing to see.
    here = np.abs(maps[:, :, chosen.micro_channel])
    start = np.unravel_index(int(here.argmax()), here.shape)
    row, column = (chosen.get(key, height) for key in ("micro_row", "micro_column"))
    if height == 1:
        # The only place of conv8 is not remembered: in another map nothing happens there.
        for key in ("micro_row", "micro_column"):
            chosen.pop(key, None)
    elif row >= height or column >= width:
        chosen.micro_row, chosen.micro_column = int(start[0]), int(start[1])
    if run_every and time.monotonic() - chosen.get("micro_moved", 0.0) > SECONDS_PER_STEP / 2:
        move(1, height, width)
        chosen.micro_moved = time.monotonic()
    row, column = (chosen.micro_row, chosen.micro_column) if height > 1 else (0, 0)
    place = (row, column, chosen.micro_channel)
    parts = take_apart(inputs, weights, model, name, place)
    size = parts.kernel.shape[0]
    num_inputs = len(parts.sums)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Channel", 0, num_channels - 1, key="micro_channel", width=120)
        if height > 1:
            st.number_input("Row", 0, height - 1, key="micro_row", width=120)
            st.number_input("Column", 0, width - 1, key="micro_column", width=120)
            st.button(
                "Back",
                icon=":material/skip_previous:",
                on_click=move,
                args=(-1, height, width),
                key="micro_back",
            )
            st.button(
                "Step",
                icon=":material/skip_next:",
                on_click=move,
                args=(1, height, width),
                key="micro_step",
            )
    strongest = int(np.argmax(np.abs(parts.sums)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if num_inputs > 1:
            follow = st.toggle(
                "Show the input channel that adds most",
                value=True,
                key="micro_follow",
            )
            if follow:
                chosen.micro_input = strongest
            chosen.micro_input = min(chosen.get("micro_input", 0), num_inputs - 1)
            source = st.number_input(
                "Input channel",
                0,
                num_inputs - 1,
                key="micro_input",
                disabled=follow,
                width=120,
            )
        else:
            source = 0

    left, right = st.columns(2, gap="large")
    with right:
        st.markdown(f"**The map of {name}, channel {place[2]}**: plain sums, before the ReLU")
        show(
            clickable_map_figure(maps[:, :, place[2]], place[:2], signed=True),
            key="micro_map",
            on_click=choose_clicked_place,
            alt=f"The map of {name}, channel {place[2]}, with the chosen place framed",
        )
    with left:
        st.markdown(
            f"**The input of {name}**"
            + (f", channel {source} of {num_inputs}" if num_inputs > 1 else ": the image")
            + f", and the patch of {size}×{size}"
        )
        show(
            clickable_map_figure(
                inputs[:, :, source],
                place[:2],
                size,
                signed=bool(inputs.min() < 0),
                clickable=False,
            ),
            "micro_input_map",
            f"The input of {name} with the patch framed",
        )

    titles = (
        ("patch", parts.patch[:, :, source]),
        ("× kernel", parts.kernel[:, :, source]),
        ("= products", parts.products[:, :, source]),
    )
    for column, (title, values) in zip(st.columns(3, gap="small"), titles, strict=True):
        with column:
            st.markdown(f"**{title}**")
            show(
                number_grid_figure(values, float(np.abs(values).max()), GRID_HEIGHT),
                f"micro_{title[-6:].strip()}",
                f"{title}: {values.size} numbers",
            )
    st.markdown(
        f"The {size * size} products of "
        + (f"input channel {source}" if num_inputs > 1 else "the image")
        + f" add up to **{parts.sums[source]:+.5f}**."
    )
    if num_inputs > 1:
        show(
            channel_sums_figure(parts.sums, parts.bias, parts.total, source),
            "micro_sums",
            "What each input channel and the bias add to the sum",
        )
    steps = [
        (
            f"sum over {num_inputs} input channels" if num_inputs > 1 else "sum of the products",
            float(parts.sums.sum()),
        ),
        # A plus sign would begin a list.
        ("\\+ bias", parts.bias),
        ("= after the convolution", parts.total),
    ]
    if parts.relu is not None:
        steps.append(("ReLU: negative becomes 0", parts.relu))
    if parts.normalized is not None:
        steps += [
            ("× gain of the normalization", parts.gain),
            ("\\+ shift of the normalization", parts.shift),
            ("= handed on", parts.normalized),
        ]
    st.table(
        pd.DataFrame(steps, columns=["step", "number"]).style.format({"number": "{:+.5f}"}),
        hide_index=True,
        width="content",
        alt="The steps from the products to the value that is handed on",
    )


# A fragment that runs by itself is outside of what app.py catches.
with errors_shown():
    microscope()

explanation(
    [
        "A convolution does one simple thing, again and again: it lays its **kernel** on a "
        "**patch** of the input, multiplies each pair of numbers that lie on each other, and adds "
        "up. That is one value of the map. Then it moves on by one place.",
        "With several input channels there is a kernel for each; their sums are added, and the "
        "channel's **bias**. **ReLU** makes a negative sum 0. The **normalization** multiplies by "
        "a gain and adds a shift, the same everywhere in the map.",
        "You could do it all with pencil and paper. It only takes long: for one image the network "
        "adds up more than two million such products.",
    ]
)

st.header("Back to the pixels")
probabilities = next(one.values for one in stages if one.stage == "softmax")
answer = int(np.argmax(probabilities))
st.caption(
    "Where does a score come from? From the score back, always along the single product that adds "
    "most. Look how the square shrinks, and how small a share one path has: a score has many."
)
digit = st.pills(
    "Score of digit",
    list(range(NUM_CLASSES)),
    default=answer,
    key=f"trace_digit_{answer}",
    required=True,
)
links = trace_back(stages, image, weights, model, int(digit))
row, column, product = strongest_pixel(stages, image, weights, model, links[-1])
left, right = st.columns([2, 3], gap="medium")
with left:
    fields = [(link.field.top, link.field.left, link.field.size) for link in links]
    show(
        receptive_fields_figure(
            image,
            [*fields, (row, column, 1)],
            [*(f"{link.layer}, {link.channel}" for link in links), "the pixel"],
        ),
        "fields",
        "The squares of the image that the values on the path see, one inside the other",
    )
with right:
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "value": f"{link.layer}, channel {link.channel}",
                    "at": f"{link.row}, {link.column}",
                    "hands on": link.output,
                    "adds": link.product,
                    "share": link.share,
                    "sees": f"{link.field.size}×{link.field.size}",
                }
                for link in links
            ]
        ),
        key="trace",
        on_select=lambda: choose_link(links),
        selection_mode="single-row",
        hide_index=True,
        height="content",
        column_config={
            "hands on": st.column_config.NumberColumn(format="%.4f"),
            "adds": st.column_config.NumberColumn(
                format="%+.4f", help="Its product with the weight, in the row above."
            ),
            "share": st.column_config.NumberColumn(
                format="percent", help="Of all that is added in the row above."
            ),
        },
        alt="The values on the way from the score back to a pixel",
    )
    st.caption(
        f"The last step is the pixel in row {row}, column {column}: it has ink "
        f"{image[row, column]:.3f} and adds {product:+.4f}. Choose a row to put that value under "
        "the microscope."
    )
