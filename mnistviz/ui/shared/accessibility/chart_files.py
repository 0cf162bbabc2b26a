"""The charts of a page as files: PNG and SVG pictures, and the numbers behind them as CSV.

The browser makes a file from the charts that the page shows when its button is pressed; until then,
nothing is computed or sent. The pictures are made by Plotly's own button for them, which the style
sheet hides, as it would cover small charts.
"""

from pathlib import Path

from mnistviz.ui.shared.browser_script import view_component

_BROWSER = Path(__file__).parent / "browser"
_component = view_component(
    "mnistviz_chart_files",
    (_BROWSER / "chart_files.html").read_text(encoding="utf-8"),
    _BROWSER / "chart_files.css",
    _BROWSER / "chart_numbers.js",
    _BROWSER / "chart_files.js",
)


def offer_chart_files() -> None:
    """Show the list of the page's charts, folded, with a button for each kind of file.

    The style sheet of all pages hides it on a page without charts.
    """
    _component(key="chart_files")
