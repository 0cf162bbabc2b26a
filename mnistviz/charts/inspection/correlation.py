"""The correlations of the channels of a layer."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import heatmap
from mnistviz.charts.theme import apply_layout
from mnistviz.core.types.arrays import DoubleArray
from mnistviz.texts import _

HEIGHT = 380
# With more channels than this, only every second (third, ...) one has its number at the axis.
MAX_NUMBERS = 24


def correlation_figure(correlation: DoubleArray, order: Sequence[int], what: str) -> go.Figure:
    """Return Pearson's r of all pairs of channels (n, n), in an order.

    Channels that never vary have NaN. `what` names the channels in the hover text.
    """
    shown = correlation[np.ix_(list(order), list(order))]
    places = list(range(len(order)))
    every = 1 + (len(order) - 1) // MAX_NUMBERS
    figure = go.Figure(
        heatmap(
            shown,
            signed=True,
            showscale=True,
            x=places,
            y=places,
            customdata=[[(row, column) for column in order] for row in order],
            xgap=1,
            ygap=1,
            hoverongaps=False,
            hovertemplate=_(
                "{what} %{{customdata[0]}} and %{{customdata[1]}}: r = "
                "<b>%{{z:.3f}}</b><extra></extra>"
            ).format(what=what),
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
    figure.update_xaxes(**ticks, title=_("channel"))
    figure.update_yaxes(**ticks, autorange="reversed", scaleanchor="x")
    # The colour bar is on the right.
    return apply_layout(figure, HEIGHT, margin={"r": 64})
