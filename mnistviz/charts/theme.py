"""Line colours and layout that all charts share. The colour scales are in `colour_scales.py`."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

TRAINING = "#4c6ef5"
VALIDATION = "#e8590c"
PUBLISHED = "#868e96"
# The same list is in .streamlit/config.toml, for Streamlit's own charts.
OTHERS = ("#2b8a3e", "#9c36b5", "#c2255c", "#0c8599", "#a07000")
CATEGORICAL = (TRAINING, VALIDATION, PUBLISHED, *OTHERS)

# The frame of what a person has chosen: on no colour scale, visible on white and on black.
CHOSEN = "#2f9e44"

# Above the plot.
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font_size": 11}

# Pixels of an axis with its labels, and of one with a title too; of a letter there; of a line of
# the legend, and the least width of a legend in the page's columns.
AXIS, TITLED_AXIS = 38, 52
LETTER = 6.5
LEGEND_LINE, LEGEND_WIDTH = 20, 440

MARGINS = {"l": 8, "r": 8, "t": 8, "b": 8}


def apply_layout(
    figure: go.Figure, height: int, margin: Mapping[str, int] | None = None, **layout: Any
) -> go.Figure:
    """Return the figure with the shared layout: height in pixels, small margins, no drag zoom.

    Call it after traces and axes are added: the margins depend on them. `margin` and `layout`
    take precedence over the shared settings.
    """
    figure.update_layout(
        {
            "height": height,
            "margin": {**MARGINS, **_margins(figure, layout), **(margin or {})},
            "dragmode": False,
            "showlegend": False,
            # Keeps a person's changes to the axes when the data change.
            "uirevision": "kept",
            **layout,
        }
    )
    return figure


def add_band(
    figure: go.Figure,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    colour: str,
    opacity: float,
) -> go.Scatter:
    """Add the area between two lines, without hover text or legend, and return its trace."""
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=colour,
        opacity=opacity,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )
    return figure.data[-1]


def _margins(figure: go.Figure, layout: Mapping[str, Any]) -> dict[str, int]:
    """Return the pixels that labels, titles and legend of a figure need, or a little more.

    Plotly extends margins that are too small, but draws the whole chart again to do so.
    """
    margins: dict[str, int] = {}
    if not figure.data:
        return margins
    x, y = figure.layout.xaxis, figure.layout.yaxis
    if x.visible is not False:
        margins["t" if x.side == "top" else "b"] = TITLED_AXIS if x.title.text else AXIS
        # The last number may extend beyond the end of the axis.
        margins["r"] = 20
    if y.visible is not False:
        longest = max(
            (len(str(text)) for text in _labels(figure)),
            default=6 if "%" in (y.tickformat or "") else 5,
        )
        margins["l"] = round(22 + LETTER * longest + (12 if y.title.text else 0))
    names = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    if names and layout.get("showlegend") and layout["legend"].get("orientation") == "h":
        names_in_line = max(1, LEGEND_WIDTH // round(40 + LETTER * max(map(len, names))))
        margins["t"] = 26 + LEGEND_LINE * -(-len(names) // names_in_line)
    return margins


def _labels(figure: go.Figure) -> list[str]:
    """Return the texts at the y axis, as far as they are known."""
    if figure.layout.yaxis.ticktext:
        return list(figure.layout.yaxis.ticktext)
    return [
        label
        for trace in figure.data
        if "y" in trace and trace.y is not None and len(trace.y) and isinstance(trace.y[0], str)
        for label in trace.y
    ]
