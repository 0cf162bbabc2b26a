"""How a figure becomes part of the dashboard's page: in its colours, and drawn once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

FONTS = '"Source Sans", sans-serif'
TRANSPARENT = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Appearance:
    """What a chart takes on from the page it is on."""

    page: str
    text: str
    lines: str


# The pages are those of .streamlit/config.toml (tested).
LIGHT = Appearance(page="#ffffff", text="#555e70", lines="#e3e6ed")
DARK = Appearance(page="#10141c", text="#b4bccb", lines="#2c3443")


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
