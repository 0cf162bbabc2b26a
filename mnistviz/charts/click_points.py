"""Points that can be clicked and not seen: a heatmap tells no clicks."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

_UNSEEN = {"marker": {"opacity": 0}}


def add_click_points(
    figure: go.Figure,
    x: Iterable[Any],
    y: Iterable[Any],
    keys: Sequence[Any] | NDArray[Any],
    texts: Iterable[str],
    hovertemplate: str = "%{text}<extra></extra>",
    reach: int = -1,
) -> None:
    """Lay points over a figure, which tell hovers and clicks.

    A click hands over the key of its point as custom data, pointing at it shows its text. It is
    that of the nearest point, at most `reach` pixels away, or however far.
    """
    figure.add_scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        # All can be hit, but one is drawn: hundreds that nobody sees would take most of the time.
        marker={"opacity": 0, "maxdisplayed": 1},
        # An array stays one: Plotly would check each key of a list.
        customdata=keys if isinstance(keys, np.ndarray) else list(keys),
        text=list(texts),
        hovertemplate=hovertemplate,
        selected=_UNSEEN,
        unselected=_UNSEEN,
    )
    figure.update_layout(clickmode="event+select", hovermode="closest", hoverdistance=reach)
