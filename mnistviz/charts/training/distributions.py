"""The distribution of a layer's values over a training, for each layer, as bands of quantiles."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mnistviz.charts.theme import TRAINING, apply_layout
from mnistviz.core.types.training import Quantiles
from mnistviz.texts import _

ROW_HEIGHT = 170
TITLE_PIXELS = 30
# Opacities of the bands from the widest to the narrowest.
OPACITIES = (0.18, 0.28, 0.42)


def distributions_figure(
    layers: Mapping[str, Sequence[Quantiles]], epochs: Sequence[float], columns: int
) -> go.Figure:
    """Return a small chart for each layer: median and bands of its values over the epochs.

    `layers` have for each of the `epochs` nine quantiles, ascending, the median in the middle. The
    bands are between the quantiles at the same distance from it; the least and the largest value
    are in the hover text only.
    """
    rows = -(-len(layers) // columns)
    figure = make_subplots(
        rows,
        columns,
        subplot_titles=list(layers),
        horizontal_spacing=0.3 / columns,
        vertical_spacing=0.34 / rows,
    )
    for number, quantiles in enumerate(layers.values()):
        place = {"row": number // columns + 1, "col": number % columns + 1}
        by_quantile = list(zip(*quantiles, strict=True))
        middle = len(by_quantile) // 2
        for outer, opacity in enumerate(OPACITIES, 1):
            _add_band(figure, epochs, by_quantile[outer], by_quantile[-1 - outer], opacity, place)
        figure.add_scatter(
            x=epochs,
            y=by_quantile[middle],
            mode="lines",
            line={"color": TRAINING, "width": 2},
            customdata=quantiles,
            hovertemplate=_(
                "epoch %{x:.2f}: median <b>%{y:.4~g}</b><br>87 % between %{customdata[1]:.3~g} "
                "and %{customdata[7]:.3~g}<br>all between %{customdata[0]:.3~g} and "
                "%{customdata[8]:.3~g}<extra></extra>"
            ),
            **place,
        )
    figure.update_xaxes(fixedrange=True, nticks=4)
    figure.update_yaxes(fixedrange=True, nticks=5, tickformat="~g", zeroline=True)
    figure.update_annotations(font_size=13)
    margin = {"l": 40, "r": 10, "t": TITLE_PIXELS, "b": 30}
    return apply_layout(figure, rows * ROW_HEIGHT + TITLE_PIXELS, margin)


def _add_band(
    figure: go.Figure,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    opacity: float,
    place: Mapping[str, int],
) -> None:
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=TRAINING,
        opacity=opacity,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        **place,
    )
