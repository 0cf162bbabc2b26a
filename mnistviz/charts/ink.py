"""Ink on a sheet of any size, as a drawing leaves it."""

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.montage import set_image_axes
from mnistviz.charts.theme import AMOUNT, CHOSEN, apply_layout
from mnistviz.core.rows import FloatArray

# More than the picture has pixels would only be sent for nothing.
MOST_VALUES = 140


def ink_figure(
    ink: FloatArray, box: tuple[int, int, int, int] | None, height: int = 240
) -> go.Figure:
    """Ink `(height, width)` in [0, 1], and a frame at `box` (left, top, right, bottom) in it."""
    every = max(1, -(-max(ink.shape) // MOST_VALUES))
    shown = ink[::every, ::every]
    figure = go.Figure(
        go.Heatmap(
            z=shown,
            x=np.arange(shown.shape[1]) * every,
            y=np.arange(shown.shape[0]) * every,
            hovertemplate="x %{x}, y %{y}<br>ink <b>%{z:.2f}</b><extra></extra>",
            colorscale=AMOUNT,
            zmin=0,
            zmax=1,
            showscale=False,
        )
    )
    if box is not None:
        left, top, right, bottom = box
        figure.add_shape(
            type="rect", x0=left, x1=right, y0=top, y1=bottom, line={"color": CHOSEN, "width": 2}
        )
    set_image_axes(figure)
    return apply_layout(figure, height)
