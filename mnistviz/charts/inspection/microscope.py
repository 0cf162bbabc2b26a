"""The receptive fields of the values on a trace, as squares in the image."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnistviz.charts.colour_scales import heatmap
from mnistviz.charts.montage import set_image_axes, set_view
from mnistviz.charts.theme import OTHERS, TRAINING, VALIDATION, apply_layout
from mnistviz.core.types.arrays import FloatArray
from mnistviz.texts import _


def receptive_fields_figure(
    image: FloatArray,
    fields: Sequence[tuple[int, int, int]],
    names: Sequence[str],
    height: int = 360,
) -> go.Figure:
    """Return an image `(28, 28)` float32 in [0, 1] with receptive fields (top, left, size)."""
    figure = go.Figure(heatmap(image, signed=False, hoverinfo="skip"))
    colours = (VALIDATION, *OTHERS, TRAINING, "#ffd43b", "#ff8787")
    for number, ((top, left, size), name) in enumerate(zip(fields, names, strict=True)):
        colour = colours[number % len(colours)]
        # Of equal squares, the later one is a little smaller, so that both are visible.
        inset = 0.12 * sum(other == (top, left, size) for other in fields[:number])
        right, bottom = left + size - 0.5 - inset, top + size - 0.5 - inset
        x0, y0 = left - 0.5 + inset, top - 0.5 + inset
        figure.add_scatter(
            x=[x0, right, right, x0, x0],
            y=[y0, y0, bottom, bottom, y0],
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=name,
            hovertemplate=_("{name}: {size}×{size} pixels<extra></extra>").format(
                name=name, size=size
            ),
        )
    set_image_axes(figure)
    set_view(figure, (-0.7, image.shape[1] - 0.3), (-0.7, image.shape[0] - 0.3))
    return apply_layout(
        figure,
        height,
        margin={"r": 104},
        showlegend=True,
        legend={"x": 1.02, "y": 1, "font_size": 11},
    )
