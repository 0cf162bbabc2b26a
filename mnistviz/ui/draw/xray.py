"""The X-ray: each stage between a drawing and the network, and the answer without it."""

import streamlit as st

from mnistviz.charts.digit_images import image_figure
from mnistviz.charts.ink import ink_figure
from mnistviz.digits.drawing.preprocessing import (
    MNIST_STROKE_WIDTH,
    MNIST_STROKE_WIDTHS,
    Stages,
    normalise,
    stroke_width,
)
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks, stored_results
from mnistviz.ui.shared.charts import show

STAGE_SIZE = 180
NUM_NEAREST = 5

PEN, BOX, CENTRE = "draw again with MNIST's pen", "ink box to 20 pixels", "centre of mass"


def show_xray(snapshot: Snapshot, stages: Stages, drawn: Strokes | None) -> None:
    """The stages of a drawing; `drawn` are None for a picture, which has no pen to change."""
    steps = [PEN, BOX, CENTRE] if drawn is not None else [BOX, CENTRE]
    kept = st.pills(
        "Stages on the way to the network: switch one off and see what it is good for",
        steps,
        selection_mode="multi",
        default=steps,
        key=f"xray_{len(steps)}",
        persist_state="session",
        wrap=True,
    )
    ink = stages.ink
    if drawn is not None:
        ink = render(redraw(drawn) if PEN in kept else drawn)
    found = normalise(ink, to_box=BOX in kept, to_centre=CENTRE in kept)
    if found.box is None:
        st.info("Nothing of the drawing is left on the canvas.")
        return
    with st.container(horizontal=True, gap="medium"):
        if drawn is not None:
            with st.container(width=STAGE_SIZE):
                show(ink_figure(render(drawn), None, STAGE_SIZE), "xray_drawn", "As you drew it")
                st.caption(f"As you drew it: a pen of {drawn.brush:.0f} pixels")
        with st.container(width=STAGE_SIZE):
            show(
                ink_figure(ink, found.box, STAGE_SIZE),
                "xray_ink",
                "The ink, with a frame around the part that is scaled",
            )
            what = "ink box" if BOX in kept else "whole sheet"
            st.caption(f"{'Drawn again, with' if PEN in kept else 'With'} its {what}")
        with st.container(width=STAGE_SIZE):
            show(image_figure(found.scaled, STAGE_SIZE), "xray_scaled", "The ink, scaled down")
            height, width = found.scaled.shape
            st.caption(f"Scaled to {width}×{height} pixels")
        with st.container(width=STAGE_SIZE):
            show(image_figure(found.image, STAGE_SIZE), "xray_seen", "The 28 by 28 pixels")
            x, y = found.offset
            st.caption(f"Placed at column {x}, row {y} of 28×28")
    _say_what_changes(snapshot, stages, found)
    _show_nearest(snapshot, found)


def _say_what_changes(snapshot: Snapshot, stages: Stages, found: Stages) -> None:
    reader = loaded_networks.digit_reader(snapshot)
    readings = [reader.read(each.image) for each in (stages, found)]
    whole, now = (f"**{each.digit}** ({each.probability:.1%})" for each in readings)
    width = stroke_width(found.image)
    low, high = MNIST_STROKE_WIDTHS
    compared = "thinner" if width < low else "thicker" if width > high else "within that"
    st.markdown(
        f"With all stages the network reads {whole}, with those chosen {now}. Its strokes are "
        f"**{width:.2f}** pixels wide; MNIST's are {MNIST_STROKE_WIDTH} on average, nine in ten "
        f"between {low} and {high}: {compared}."
    )


def _show_nearest(snapshot: Snapshot, found: Stages) -> None:
    """The training digits that the network describes most alike."""
    if not stored_results.has_train_map(snapshot):
        st.button(
            f"Find the {NUM_NEAREST} most alike of 60,000 training digits",
            icon=":material/search:",
            key="find_nearest",
            help="By the network's own features: takes some seconds once, then it is kept.",
        )
        if not st.session_state.find_nearest:
            return
        with st.spinner("The network describes 60,000 training digits, once for this snapshot …"):
            stored_results.train_map(snapshot)
    chosen, distances = stored_results.nearest_training(snapshot, found.image, NUM_NEAREST)
    data = load_mnist()
    st.markdown("The training digits that the network describes most like it:")
    with st.container(horizontal=True):
        for place, distance in zip(chosen, distances, strict=True):
            label = int(data.y_train[place])
            st.image(
                to_input(data.x_train[place]),
                width=90,
                caption=f"a {label}, {distance:.1f} away",
                alt=f"training image {place}, a {label}",
            )
