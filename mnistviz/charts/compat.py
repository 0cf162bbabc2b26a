"""How a figure becomes part of the dashboard's page: in its colours, and drawn once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

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


def to_streamlit(figure: go.Figure, appearance: Appearance) -> go.Figure:
    """A figure as this one that fits its page, and that the browser draws once rather than twice.

    Streamlit hands a chart to Plotly a second time right after the first. Plotly then keeps what it
    has drawn if there is a data revision, and neither a template nor a binary array. So colours go
    into the layout, where the chart itself has not set them, and arrays become lists.
    """
    given = figure.layout.to_plotly_json()
    given.pop("template", None)
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
    return _Settled(
        {
            "data": [_listed(trace.to_plotly_json()) for trace in figure.data],
            "layout": _over(given, layout),
        }
    )


class _Settled(go.Figure):  # type: ignore[misc]  # Plotly has no types.
    """A figure that can only be shown.

    What it has was checked when it was made. A figure made of it would check and copy all of that
    again, which takes longer than all else that is done to show it.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings

    def to_dict(self) -> dict[str, Any]:
        return self._settings


def _listed(value: Any) -> Any:
    """What a trace has, with lists for arrays, and None for NaN, which JSON does not have."""
    if isinstance(value, dict):
        return {name: _listed(each) for name, each in value.items()}
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind != "f":
        return value.tolist()
    undefined = np.isnan(value)
    if value.dtype == np.float32:
        # It has eight digits at most. As Python's numbers, most would be written with seventeen.
        largest = np.abs(value, where=~undefined, out=np.zeros_like(value)).max(initial=0)
        if 0 < largest < np.inf:
            value = np.round(value.astype(np.float64), 8 - math.ceil(math.log10(largest)))
    if undefined.any():
        value = np.where(undefined, np.array(None), value)
    return value.tolist()


def _over(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings: those given, and where there are none those wanted."""
    both = {**wanted, **given}
    for name in wanted.keys() & given.keys():
        if isinstance(wanted[name], dict):
            both[name] = _over(given[name], wanted[name])
    return both
