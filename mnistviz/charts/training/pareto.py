"""Accuracy of networks by their parameters, with the goal of a challenge."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mnistviz.charts.theme import CHOSEN, LEGEND, PUBLISHED, TRAINING, apply_layout
from mnistviz.texts import _

HEIGHT = 380


@dataclass(frozen=True)
class Candidate:
    """A run with what it reached; `accuracy` is in [0, 1]."""

    name: str
    parameters: int
    accuracy: float
    reached: bool
    text: str


def pareto_figure(
    candidates: Sequence[Candidate],
    front: Sequence[tuple[int, float]],
    *,
    most_parameters: int,
    accuracy: float,
) -> go.Figure:
    """Return accuracy by parameters. `front` are the points that no other beats in both.

    The goal is the rectangle above `accuracy` and left of `most_parameters`.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[point[0] for point in front],
        y=[point[1] for point in front],
        mode="lines",
        line={"color": PUBLISHED, "width": 1.5, "shape": "hv", "dash": "dot"},
        name=_("no other run is smaller and better"),
        hoverinfo="skip",
    )
    for reached, name, colour, symbol in (
        (True, _("reached"), CHOSEN, "circle"),
        (False, _("not yet"), TRAINING, "circle-open"),
    ):
        shown = [each for each in candidates if each.reached == reached]
        figure.add_scatter(
            x=[each.parameters for each in shown],
            y=[each.accuracy for each in shown],
            customdata=[[each.name, each.text] for each in shown],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2}},
            hovertemplate=_(
                "<b>%{customdata[0]}</b><br>%{x:,} parameters, "
                "<b>%{y:.2%}</b><br>%{customdata[1]}<extra></extra>"
            ),
        )
    line = {"color": CHOSEN, "width": 1.5, "dash": "dash"}
    figure.add_hline(accuracy, line=line)
    figure.add_vline(most_parameters, line=line)
    figure.update_xaxes(title=_("parameters, log scale"), type="log", fixedrange=True)
    figure.update_yaxes(title=_("accuracy"), tickformat=".2~%", maxallowed=1, fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND, hovermode="closest")
