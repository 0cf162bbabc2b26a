"""Which channels of a layer go together: their correlation, those alike side by side."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.theme import SIGNED, apply_layout

HEIGHT = 380
# Up to so many channels each has its number; of more, every second or fourth.
MOST_NUMBERS = 24


def correlation_figure(
    correlation: NDArray[np.float64], order: Sequence[int], what: str
) -> go.Figure:
    """Pearson's r of all pairs of channels (n, n), in an order; a channel that never varies is NaN.

    `what` is correlated, in a word, for the hover text.
    """
    shown = correlation[np.ix_(list(order), list(order))]
    places = list(range(len(order)))
    every = 1 + (len(order) - 1) // MOST_NUMBERS
    figure = go.Figure(
        go.Heatmap(
            z=shown,
            x=places,
            y=places,
            customdata=[[(row, column) for column in order] for row in order],
            colorscale=SIGNED,
            zmin=-1,
            zmax=1,
            xgap=1,
            ygap=1,
            hoverongaps=False,
            hovertemplate=f"{what} %{{customdata[0]}} and %{{customdata[1]}}: r = <b>%{{z:.3f}}</b>"
            "<extra></extra>",
            colorbar={"thickness": 10, "title": "r", "tickvals": [-1, 0, 1], "len": 0.9},
        )
    )
    ticks = {
        "tickvals": places[::every],
        "ticktext": [str(channel) for channel in order[::every]],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "constrain": "domain",
    }
    figure.update_xaxes(**ticks, title="channel")
    figure.update_yaxes(**ticks, autorange="reversed", scaleanchor="x")
    # On the right, the scale.
    return apply_layout(figure, HEIGHT, margin={"r": 64})
