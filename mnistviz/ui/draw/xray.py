"""The X-ray: the stages between a drawing and the network, and the answer without some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from mnistviz.charts.digit_images import image_figure
from mnistviz.charts.ink import ink_figure
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.drawing.pictures import photo_stages
from mnistviz.digits.drawing.preprocessing import (
    BOX_SIZE,
    MNIST_STROKE_WIDTH,
    MNIST_STROKE_WIDTHS,
    Stages,
    normalise,
    stroke_width,
)
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks, stored_results
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.words.explained import explained, explained_caption

if TYPE_CHECKING:
    import plotly.graph_objects as go

STAGE_SIZE = 180
NUM_NEAREST = 5

PEN = _("redraw with a standard pen")
BOX = _("scale to {box_size} pixels").format(box_size=BOX_SIZE)
CENTRE = _("centre it")


def show_xray(
    snapshot: Snapshot, stages: Stages, drawn: Strokes | None, colours: ByteArray | None = None
) -> None:
    """Show the stages of a drawing, of which a person can switch some off.

    `drawn` is None for a picture, whose `colours` are `(h, w, 3)`.
    """
    if colours is not None:
        _show_photo_stages(colours)
    all_steps = [PEN, BOX, CENTRE]
    steps = st.pills(
        _("Stages on the way to the network: switch one off and see what changes"),
        all_steps,
        selection_mode="multi",
        default=all_steps,
        key="xray",
        persist_state="session",
        wrap=True,
    )
    ink = stages.ink
    if drawn is not None:
        ink = render(redraw(drawn) if PEN in steps else drawn)
    to_pen = drawn is None and PEN in steps
    changed = normalise(ink, to_pen=to_pen, to_box=BOX in steps, to_centre=CENTRE in steps)
    if changed.box is None:
        st.info(_("No ink is visible."))
        return
    _show_stages(changed, drawn, steps)
    readings = [
        loaded_networks.digit_reader(snapshot).read(image)
        for image in (stages.image, changed.image)
    ]
    before, after = (f"**{each.digit}** ({each.probability:.1%})" for each in readings)
    explained(
        _(
            "With all stages the network reads {before}, with those chosen {after}. {stroke_width}"
        ).format(
            before=before, after=after, stroke_width=stroke_width_text(stroke_width(changed.image))
        )
    )
    _show_nearest(snapshot, changed)


def _show_photo_stages(colours: ByteArray) -> None:
    """Show how the ink of a photo was found."""
    photo = photo_stages(colours)
    if photo is None:
        explained_caption(
            _(
                "The border of this picture is even: its ink is what differs from the border's "
                "colour."
            )
        )
        return
    explained(_("From the photo to its ink:"))
    strongest = max(1e-6, float(photo.difference.max()))
    pictures: dict[str, ByteArray | FloatArray] = {
        _("The photo"): colours,
        _("The paper: the usual colour around each pixel"): photo.paper,
        _("The difference from the paper, in any colour"): photo.difference / strongest,
        _("Without ruled lines"): photo.unruled / strongest,
        _("Without frames, specks and what is far from the digit"): photo.ink,
    }
    with st.container(horizontal=True, gap="medium"):
        for caption, picture in pictures.items():
            st.image(picture, width=STAGE_SIZE, caption=caption, alt=caption)


def _show_stages(stages: Stages, drawn: Strokes | None, steps: list[str]) -> None:
    height, width = stages.scaled.shape
    x, y = stages.offset
    with st.container(horizontal=True, gap="medium"):
        if drawn is not None:
            figure = ink_figure(render(drawn), None, STAGE_SIZE)
            caption = _("As you drew it: a pen of {brush:.0f} pixels").format(brush=drawn.brush)
            _show_stage(figure, "xray_drawn", _("As you drew it"), caption)
        alt = _("The ink, with a frame around the part that is scaled")
        pen = _("Drawn again, with") if drawn is not None and PEN in steps else _("The ink, with")
        frame = _("a frame around it") if BOX in steps else _("the whole sheet")
        caption = f"{pen} {frame}"
        _show_stage(ink_figure(stages.ink, stages.box, STAGE_SIZE), "xray_ink", alt, caption)
        if drawn is None:
            figure = ink_figure(stages.drawn, None, STAGE_SIZE)
            caption = _("With MNIST's pen") if PEN in steps else _("With its own pen")
            _show_stage(figure, "xray_pen", _("The ink in its frame"), caption)
        figure = image_figure(stages.scaled, STAGE_SIZE)
        caption = _("Scaled to {width}×{height} pixels").format(width=width, height=height)
        _show_stage(figure, "xray_scaled", _("The ink, scaled down"), caption)
        figure = image_figure(stages.image, STAGE_SIZE)
        caption = _("Placed at column {x}, row {y} of 28×28").format(x=x, y=y)
        _show_stage(figure, "xray_seen", _("The 28 by 28 pixels"), caption)


def _show_stage(figure: go.Figure, key: str, alt: str, caption: str) -> None:
    with st.container(width=STAGE_SIZE):
        show(figure, key, alt)
        explained_caption(caption)


def stroke_width_text(width: float) -> str:
    """A comparison of the width of strokes, in pixels, with MNIST's, as a sentence."""
    low, high = MNIST_STROKE_WIDTHS
    compared = _("thinner") if width < low else _("thicker") if width > high else _("within that")
    return _(
        "Its strokes are **{width:.2f}** pixels wide; MNIST's are {mnist_stroke_width} on "
        "average, nine in ten between {low} and {high}: {compared}."
    ).format(
        width=width, mnist_stroke_width=MNIST_STROKE_WIDTH, low=low, high=high, compared=compared
    )


def _show_nearest(snapshot: Snapshot, stages: Stages) -> None:
    """Show the training digits with the most similar features."""
    spec = snapshot.run.spec
    data, names = data_of(spec.data), spec.class_names
    total = len(data.y_train)
    count = f"{total:,}"
    if not stored_results.has_train_map(snapshot):
        clicked = st.button(
            _("Find the {num_nearest} most alike of {count} training digits").format(
                num_nearest=NUM_NEAREST, count=count
            ),
            icon=":material/search:",
            key="find_nearest",
            help=_("By the network's own features: takes some seconds once, then it is kept."),
        )
        if not clicked:
            return
        text = _("The network describes {count} training digits, once for this snapshot …").format(
            count=count
        )
        bar = st.progress(0.0, text)
        stored_results.train_map(snapshot, lambda done: bar.progress(min(1.0, done / total), text))
        bar.empty()
    chosen, distances = stored_results.nearest_training(snapshot, stages.image, NUM_NEAREST)
    explained(_("The training digits that the network describes most like it:"))
    with st.container(horizontal=True):
        for number, distance in zip(chosen, distances, strict=True):
            label = int(data.y_train[number])
            st.image(
                to_input(data.x_train[number]),
                width=90,
                caption=_("{label}, {distance:.1f} away").format(
                    label=label_name(label, names), distance=distance
                ),
                alt=_("training image {number}, {label}").format(
                    number=number, label=label_name(label, names)
                ),
            )
