"""Colours and layout that all charts share.

Colour means sign: warm is positive, blue negative, paper zero. Grey means
amount: black is none, white the most. Both read on a light and a dark page.
"""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

TRAINING = "#4c6ef5"
VALIDATION = "#e8590c"
PUBLISHED = "#868e96"
# The same list stands in .streamlit/config.toml, for Streamlit's own charts.
OTHERS = ("#2b8a3e", "#9c36b5", "#c2255c", "#0c8599", "#a07000")
CATEGORICAL = (TRAINING, VALIDATION, PUBLISHED, *OTHERS)

# The frame of what a person has chosen: on no colour scale, seen on white and on black.
CHOSEN = "#2f9e44"

SIGNED = [
    [0.0, "#1c4fa0"],
    [0.25, "#86abdd"],
    [0.5, "#f6f5f1"],
    [0.75, "#f0aa7c"],
    [1.0, "#b93a0a"],
]
AMOUNT = [[0.0, "#000000"], [1.0, "#ffffff"]]

# Above the plot.
LEGEND = {
    "orientation": "h",
    "y": 1.02,
    "yanchor": "bottom",
    "x": 0,
    "font_size": 11,
}

# Pixels of an axis with its labels, and with a title below them; of a letter there; of a line of
# the legend, and how wide one is at least in the page's columns.
AXIS, TITLED_AXIS = 38, 52
LETTER = 6.5
LEGEND_LINE, LEGEND_WIDTH = 20, 440

MARGINS = {"l": 8, "r": 8, "t": 8, "b": 8}


def apply_layout(
    figure: go.Figure, height: int, margin: Mapping[str, int] | None = None, **layout: Any
) -> go.Figure:
    """Give a figure the shared layout: its height in pixels, tight margins, no drag zoom.

    Call it when traces and axes are there: the margins leave room for what stands at them.
    """
    figure.update_layout(
        {
            "height": height,
            "margin": {**MARGINS, **_room(figure, layout), **(margin or {})},
            "dragmode": False,
            "showlegend": False,
            # Keeps what a person did to the axes when the data under them grow.
            "uirevision": "kept",
            **layout,
        }
    )
    return figure


def _room(figure: go.Figure, layout: Mapping[str, Any]) -> dict[str, int]:
    """Pixels that labels, titles and legend take at a figure, or a little more.

    Plotly makes room where there is too little, but draws the whole chart again for it.
    """
    room: dict[str, int] = {}
    if not figure.data:
        return room
    x, y = figure.layout.xaxis, figure.layout.yaxis
    if x.visible is not False:
        room["t" if x.side == "top" else "b"] = TITLED_AXIS if x.title.text else AXIS
        # The last number may reach beyond the end of the axis.
        room["r"] = 20
    if y.visible is not False:
        texts = y.ticktext or [
            one
            for trace in figure.data
            if "y" in trace and trace.y is not None and len(trace.y) and isinstance(trace.y[0], str)
            for one in trace.y
        ]
        most = max(
            (len(str(text)) for text in texts), default=6 if "%" in (y.tickformat or "") else 5
        )
        room["l"] = round(22 + LETTER * most + (12 if y.title.text else 0))
    names = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    if names and layout.get("showlegend") and layout["legend"].get("orientation") == "h":
        in_a_row = max(1, LEGEND_WIDTH // round(40 + LETTER * max(map(len, names))))
        room["t"] = 26 + LEGEND_LINE * -(-len(names) // in_a_row)
    return room
