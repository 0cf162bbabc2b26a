"""Invisible points that can be clicked: Plotly reports no clicks on a heatmap."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

_INVISIBLE = {"marker": {"opacity": 0}}


def add_click_points(
    figure: go.Figure,
    x: Iterable[Any],
    y: Iterable[Any],
    keys: Sequence[Any] | NDArray[Any],
    texts: Iterable[str],
    hovertemplate: str = "%{text}<extra></extra>",
    max_distance: int = -1,
) -> None:
    """Add invisible points with hover texts to a figure.

    The custom data of a click are the key of the nearest point. Hover and click find a point at
    most `max_distance` pixels away; -1 is no limit.
    """
    figure.add_scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        # All can be clicked, but only one is drawn: hundreds would take most of the time.
        marker={"opacity": 0, "maxdisplayed": 1},
        # An array is not converted: Plotly would check each key of a list.
        customdata=keys if isinstance(keys, np.ndarray) else list(keys),
        text=list(texts),
        hovertemplate=hovertemplate,
        selected=_INVISIBLE,
        unselected=_INVISIBLE,
    )
    figure.update_layout(clickmode="event+select", hovermode="closest", hoverdistance=max_distance)
