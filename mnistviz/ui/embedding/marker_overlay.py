"""A star that marks one place on a chart and moves without the chart being drawn again."""

from pathlib import Path

from mnistviz.core.types.arrays import FloatArray
from mnistviz.ui.shared.browser_script import FOLLOW_CHART, script_component

_component = script_component("mnistviz_star", FOLLOW_CHART, Path(__file__).with_suffix(".js"))


def show_star(chart: str, place: FloatArray, name: str) -> None:
    """Show a star with the tooltip `name` at a place `(2,)`, in data units, of a chart.

    `chart` is the chart's key. The star moves with the chart when a person drags or zooms it.
    """
    x, y = place.tolist()
    _component(key=f"{chart}_star", data={"chart": chart, "x": x, "y": y, "name": name}, height=1)
