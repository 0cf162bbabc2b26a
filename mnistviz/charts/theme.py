"""Colours and layout that all charts share.

Colour means sign: warm is positive, blue negative, paper zero. Grey means
amount: black is none, white the most. Both read on a light and a dark page.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

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

FONTS = '"Source Sans", sans-serif'
TRANSPARENT = "rgba(0,0,0,0)"

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


@dataclass(frozen=True)
class Appearance:
    """What a chart takes on from the page it is on."""

    page: str
    text: str
    lines: str


# The pages are those of .streamlit/config.toml (tested).
LIGHT = Appearance(page="#ffffff", text="#555e70", lines="#e3e6ed")
DARK = Appearance(page="#10141c", text="#b4bccb", lines="#2c3443")


def finish(
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
        most = max(map(len, texts), default=6 if "%" in (y.tickformat or "") else 5)
        room["l"] = round(22 + LETTER * most + (12 if y.title.text else 0))
    names = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    if names and layout.get("showlegend") and layout["legend"].get("orientation") == "h":
        in_a_row = max(1, LEGEND_WIDTH // round(40 + LETTER * max(map(len, names))))
        room["t"] = 26 + LEGEND_LINE * -(-len(names) // in_a_row)
    return room


def drawn_once(figure: go.Figure, appearance: Appearance) -> go.Figure:
    """Make a figure fit its page, and have the browser draw it once rather than twice.

    Streamlit hands a chart to Plotly a second time right after the first. Plotly then keeps what it
    has drawn if there is a data revision, and neither a template nor a binary array. So colours go
    into the layout, where the chart itself has not set them, and arrays become lists.
    """
    figure.layout.template = None
    for trace in figure.data:
        for name, values in _arrays(trace.to_plotly_json()):
            # Plotly leaves an array where it is if a list of the same values is assigned.
            trace[name] = None
            trace[name] = _listed(values)
    given = figure.layout.to_plotly_json()
    axis = {
        "gridcolor": appearance.lines,
        "zerolinecolor": appearance.lines,
        "ticks": "",
        "automargin": True,
    }
    layout: dict[str, Any] = {
        "datarevision": "once",
        # Between the plot and its labels.
        "margin": {"pad": 8},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "font": {"family": FONTS, "color": appearance.text},
        "hoverlabel": {
            "bgcolor": appearance.page,
            "bordercolor": appearance.lines,
            "font": {"color": appearance.text},
        },
    }
    for name in given:
        if name.startswith("xaxis"):
            layout[name] = {**axis, "showgrid": False, "zeroline": False}
        elif name.startswith("yaxis"):
            layout[name] = axis
        elif name == "polar":
            line = {"gridcolor": appearance.lines, "linecolor": appearance.lines}
            layout[name] = {"bgcolor": TRANSPARENT, "angularaxis": line, "radialaxis": line}
    figure.layout.update(_missing(layout, given))
    return figure


def _arrays(values: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """The NumPy arrays in a trace, each with its name there, such as `marker.color`."""
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            yield within + name, value
        elif isinstance(value, dict):
            yield from _arrays(value, f"{within}{name}.")


def _listed(values: NDArray[Any]) -> list[Any]:
    """An array as a list, with None for NaN, which JSON does not have."""
    if values.dtype.kind == "f" and np.isnan(values).any():
        values, undefined = values.astype(object), np.isnan(values)
        values[undefined] = None
    return list(values.tolist())


def _missing(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What of some nested settings is not among those given."""
    return {
        name: _missing(value, given.get(name, {})) if isinstance(value, dict) else value
        for name, value in wanted.items()
        if isinstance(value, dict) or name not in given
    }
