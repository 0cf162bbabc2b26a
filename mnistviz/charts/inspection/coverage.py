"""Which patterns the kernels of a layer cover, over the number of its channels."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnistviz.charts.theme import apply_layout
from mnistviz.core.rows import PATTERN_KINDS, PATTERNS, MeanCoverage

ROW_PIXELS = 34
AXIS_PIXELS = 70
# Paper for none, deep green for all: green is neither sign of a weight.
SHARE = [[0.0, "#f6f5f1"], [0.25, "#b5dcbd"], [1.0, "#1b6b2b"]]
NAMES = (
    *("brighter to the right", "brighter to the upper right", "brighter upwards"),
    *("brighter to the upper left", "brighter to the left", "brighter to the lower left"),
    *("brighter downwards", "brighter to the lower right"),
    *("upright line", "rising line", "level line", "falling line"),
    *("ripple", "ripple, turned", "checkerboard"),
)


def coverage_figure(layer: str, found: Sequence[MeanCoverage]) -> go.Figure:
    """A row for each number of channels, a column for each pattern.

    Colour is the share of the networks in which at least one kernel looks mainly for the
    pattern, the number how many channels have such a kernel, on average.
    """
    figure = go.Figure(
        go.Heatmap(
            z=[list(one.covered) for one in found],
            x=list(range(len(PATTERNS))),
            y=[one.title for one in found],
            text=[[_short(value) for value in one.holders] for one in found],
            texttemplate="%{text}",
            textfont={"size": 12},
            customdata=[
                [
                    (NAMES[i], PATTERN_KINDS[i], one.holders[i], one.shares[i], one.count)
                    for i in range(len(PATTERNS))
                ]
                for one in found
            ],
            colorscale=SHARE,
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=f"{layer} with <b>%{{y}} channels</b>, %{{customdata[0]}}:<br>covered in "
            "<b>%{z:.0%}</b> of %{customdata[4]} networks, by %{customdata[2]:.1f} channels on "
            "average<br>%{customdata[3]:.1%} of the %{customdata[1]} energy<extra></extra>",
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(PATTERNS))),
        ticktext=list(PATTERNS),
        tickfont={"size": 16},
        tickangle=0,
        side="top",
        showgrid=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        title="channels", autorange="reversed", type="category", showgrid=False, fixedrange=True
    )
    return apply_layout(figure, AXIS_PIXELS + ROW_PIXELS * len(found))


def _short(value: float) -> str:
    """One digit behind the point where there is room for it and it says something."""
    return f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
