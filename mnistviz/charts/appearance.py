"""The colours and the font that a chart takes from the page it is on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

FONTS = '"Source Sans", sans-serif'
TRANSPARENT = "rgba(0,0,0,0)"
# Pixels between the plot and its labels.
LABEL_PAD = 8


@dataclass(frozen=True)
class Appearance:
    """The colours of a page: its background, its text, and the lines of a chart."""

    page: str
    text: str
    lines: str


# The backgrounds are those of .streamlit/config.toml (tested).
LIGHT = Appearance(page="#ffffff", text="#555e70", lines="#e3e6ed")
DARK = Appearance(page="#10141c", text="#b4bccb", lines="#2c3443")


def page_layout(appearance: Appearance, layout_names: Iterable[str]) -> dict[str, Any]:
    """Return Plotly layout settings for a page.

    `layout_names` are the names in the figure's own layout: each of its axes gets settings.
    """
    axis = {
        "gridcolor": appearance.lines,
        "zerolinecolor": appearance.lines,
        "ticks": "",
        "automargin": True,
    }
    layout: dict[str, Any] = {
        "margin": {"pad": LABEL_PAD},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "font": {"family": FONTS, "color": appearance.text},
        "hoverlabel": {
            "bgcolor": appearance.page,
            "bordercolor": appearance.lines,
            "font": {"color": appearance.text},
        },
    }
    for name in layout_names:
        if name.startswith("xaxis"):
            layout[name] = {**axis, "showgrid": False, "zeroline": False}
        elif name.startswith("yaxis"):
            layout[name] = axis
        elif name == "polar":
            line = {"gridcolor": appearance.lines, "linecolor": appearance.lines}
            layout[name] = {"bgcolor": TRANSPARENT, "angularaxis": line, "radialaxis": line}
    return layout
