"""A score traced back to the pixels, along the single product that adds most."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.inspection.microscope import receptive_fields_figure
from mnistviz.core.constants import noun_of
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray, Weights
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.inspection.image.value_trace import Link, strongest_pixel, trace_back
from mnistviz.texts import _
from mnistviz.ui.microscope.place import choose_link
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.words.explained import explained_caption

TRACE = "trace"


def show_trace(
    stages: Sequence[LayerOutput],
    image: FloatArray,
    weights: Weights,
    model: ModelSpec,
    class_names: tuple[str, ...],
) -> None:
    """Show the trace of a score for an image `(28, 28)`, as squares in the image and as a table."""
    st.header(_("Back to the pixels"))
    explained_caption(
        _(
            "We go back from the score, at each layer to the value that contributed most. It is "
            "only one of many paths: look how small its share is."
        )
    )
    answer = int(np.argmax(stages[-1].values))
    digit = st.pills(
        _("Score of {noun}").format(noun=noun_of(class_names)),
        range(len(class_names)),
        format_func=class_names.__getitem__,
        default=answer,
        key=f"trace_digit_{answer}",
        required=True,
    )
    links = trace_back(stages, image, weights, model, digit)
    row, column, product = strongest_pixel(stages, image, weights, model, links[-1])
    left, right = st.columns([2, 3], gap="medium")
    with left:
        fields = [(link.field.top, link.field.left, link.field.size) for link in links]
        names = [f"{link.layer}, {link.channel}" for link in links]
        show(
            receptive_fields_figure(image, [*fields, (row, column, 1)], [*names, _("the pixel")]),
            "fields",
            _("The squares of the image that the values on the path see, one inside the other"),
        )
    with right:
        _show_links(links)
        explained_caption(
            _(
                "The last step is the pixel in row {row}, column {column}: it has ink {image:.3f} "
                "and contributes {product:+.4f}. Choose a row to put that value under the "
                "microscope."
            ).format(row=row, column=column, image=image[row, column], product=product)
        )


def _show_links(links: list[Link]) -> None:
    def choose_row() -> None:
        rows = st.session_state[TRACE].selection.rows
        if rows and rows[0] < len(links):
            choose_link(st.session_state, links[rows[0]])

    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame([row_of(link) for link in links]),
        key=TRACE,
        on_select=choose_row,
        selection_mode="single-row",
        hide_index=True,
        height="content",
        placeholder="",
        column_config={
            _("at"): st.column_config.TextColumn(width=60, help=_("Row and column in the map.")),
            _("field of view"): st.column_config.TextColumn(help=_("In pixels of the image.")),
            _("output"): number(format="%.4f"),
            _("contributes"): number(
                format="%+.4f", help=_("Its product with the weight, in the row above.")
            ),
            _("share"): number(format="percent", help=_("Of all that is added in the row above.")),
        },
        alt=_("The values on the way from the score back to a pixel"),
    )


def row_of(link: Link) -> dict[str, str | float | None]:
    """Return the row of the table for one value of the trace."""
    return {
        _("value"): _("{layer}, channel {channel}").format(layer=link.layer, channel=link.channel),
        _("at"): f"{link.row}, {link.column}",
        _("output"): link.output,
        _("contributes"): link.product,
        _("share"): link.share,
        _("field of view"): f"{link.field.size}×{link.field.size}",
    }
