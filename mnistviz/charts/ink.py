"""The ink of a drawing of any size."""

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import heatmap
from mnistviz.charts.montage import set_image_axes
from mnistviz.charts.theme import CHOSEN, apply_layout
from mnistviz.core.types.arrays import FloatArray
from mnistviz.texts import _

# More values a side than this can't be seen at the size of the picture.
MAX_VALUES = 140


def ink_figure(
    ink: FloatArray, box: tuple[int, int, int, int] | None, height: int = 240
) -> go.Figure:
    """Return ink `(height, width)` float32 in [0, 1], with a frame at `box` if it is given.

    `box` is (left, top, right, bottom) in pixels of the ink.
    """
    every = max(1, -(-max(ink.shape) // MAX_VALUES))
    shown = ink[::every, ::every]
    figure = go.Figure(
        heatmap(
            shown,
            signed=False,
            x=np.arange(shown.shape[1]) * every,
            y=np.arange(shown.shape[0]) * every,
            hovertemplate=_("x %{x}, y %{y}<br>ink <b>%{z:.2f}</b><extra></extra>"),
        )
    )
    if box is not None:
        left, top, right, bottom = box
        figure.add_shape(
            type="rect", x0=left, x1=right, y0=top, y1=bottom, line={"color": CHOSEN, "width": 2}
        )
    set_image_axes(figure)
    return apply_layout(figure, height)
