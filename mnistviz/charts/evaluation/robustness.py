"""Accuracy over the level of a distortion."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnistviz.charts.theme import CATEGORICAL, CHOSEN, LEGEND, PUBLISHED, apply_layout
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.texts import _

HEIGHT = 340
# Percent of right answers when a digit is chosen at random.
CHANCE = 100 // NUM_CLASSES


def robustness_figure(
    curves: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    unit: str,
    level: float | None = None,
    trained: tuple[float, float] | None = None,
) -> go.Figure:
    """Return a line for each network: its name, levels in `unit`, and accuracies in [0, 1].

    `level` is the chosen level; `trained` is the range of levels that the training covered.
    """
    figure = go.Figure()
    for number, (name, levels, accuracy) in enumerate(curves):
        figure.add_scatter(
            x=list(levels),
            y=[100 * share for share in accuracy],
            mode="lines+markers",
            name=name,
            line={"color": CATEGORICAL[number % len(CATEGORICAL)], "width": 2},
            hovertemplate=_(
                "{name}, %{{x}} {unit}: <b>%{{y:.2f}} %</b> right<extra></extra>"
            ).format(name=name, unit=unit),
        )
    if trained is not None:
        figure.add_vrect(
            x0=trained[0], x1=trained[1], fillcolor=PUBLISHED, opacity=0.18, line_width=0
        )
    if level is not None:
        figure.add_vline(x=level, line={"color": CHOSEN, "width": 2})
    figure.add_hline(y=CHANCE, line={"color": PUBLISHED, "dash": "dot", "width": 1})
    figure.update_xaxes(title=unit, fixedrange=True)
    figure.update_yaxes(title=_("right, %"), range=[0, 103], fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND)
