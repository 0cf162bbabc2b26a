"""Workarounds for Plotly 7.1 and for how Streamlit 1.67 handles its figures.

1. Plotly asks `sys.modules` for pandas while it checks the values of a figure. Another visitor's
   page may be importing pandas at that moment, and Plotly would use half of a module. So pandas is
   imported here, before any figure is made.
2. Streamlit passes a chart to Plotly.js a second time right after the first. Plotly.js keeps what
   it has drawn only if the figure has a data revision, no template and no binary arrays. So the
   page's colours are written into the layout, and arrays become lists.
3. Streamlit copies a figure, and validates it again if it is given as a dictionary. That takes
   longer than everything else that is done to show it. So it is given a figure that is not copied.
4. Plotly validates a figure's layout path by path, which takes 2 to 4 ms. A chart that is drawn
   again with each stroke is made from a figure that was validated once.

`tests/charts/test_compat.py` fails as soon as the first or the third is no longer needed,
`tests/browser/test_compat.py` as soon as the second is not.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd  # noqa: F401  # Workaround 1.
import plotly.graph_objects as go

from mnistviz.charts.appearance import Appearance, page_layout

# Decimal digits of the largest value of an array that float32 can represent, or one more.
FLOAT32_DIGITS = 8


def to_streamlit(figure: go.Figure, appearance: Appearance) -> "PreparedFigure":
    """Return a figure for `st.plotly_chart` that has the page's colours and is drawn only once.

    Settings of the figure itself take precedence over those of the page. The given figure is not
    changed. A `PreparedFigure` is returned as it is.
    """
    if isinstance(figure, PreparedFigure):
        return figure
    own_layout = figure.layout.to_plotly_json()
    own_layout.pop("template", None)
    layout = {**page_layout(appearance, own_layout), "datarevision": "once"}
    return PreparedFigure(
        {
            "data": [_with_lists(trace.to_plotly_json()) for trace in figure.data],
            "layout": _merged(own_layout, layout),
        }
    )


class PreparedFigure(go.Figure):  # type: ignore[misc]  # Plotly has no types.
    """A figure that can only be shown: `to_dict`, which Streamlit calls, makes no copy.

    Its values were validated when the original figure was made, so the initializer of `go.Figure`,
    which would validate and copy them again, is not called. It has no attributes of a figure.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings

    def to_dict(self) -> dict[str, Any]:
        return self._settings

    def with_values(self, **settings: Any) -> "PreparedFigure":
        """Return the figure with other settings of its only trace; they are not validated."""
        (trace,) = self._settings["data"]
        return PreparedFigure({**self._settings, "data": [{**trace, **_with_lists(settings)}]})


def _with_lists(value: Any) -> Any:
    """Return settings with lists for arrays, and None for NaN, which JSON does not have."""
    if isinstance(value, dict):
        return {name: _with_lists(each) for name, each in value.items()}
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind != "f":
        return value.tolist()
    undefined = np.isnan(value)
    if value.dtype == np.float32:
        # As Python floats, most values would be written with seventeen digits.
        largest = np.abs(value, where=~undefined, out=np.zeros_like(value)).max(initial=0)
        if 0 < largest < np.inf:
            decimals = FLOAT32_DIGITS - math.ceil(math.log10(largest))
            value = np.round(value.astype(np.float64), decimals)
    if undefined.any():
        value = np.where(undefined, np.array(None), value)
    return value.tolist()


def _merged(own: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings: those in `own`, and those in `defaults` where `own` has none."""
    merged = {**defaults, **own}
    for name in defaults.keys() & own.keys():
        if isinstance(defaults[name], dict):
            merged[name] = _merged(own[name], defaults[name])
    return merged
