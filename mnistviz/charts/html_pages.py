"""HTML pages that need no other file, made of Jinja2 templates."""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from mnistviz.charts.png import png_data_uri

# page.html, which others extend, and parts.html, with macros for tables and images.
TEMPLATES = Path(__file__).parent / "templates"


def render_page(template: Path, title: str, **values: Any) -> str:
    """Return the HTML page of a template that extends `page.html`.

    All values are escaped. A template has the filters `figure_html` and `data_uri`.
    """
    environment = Environment(
        loader=FileSystemLoader([template.parent, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(figure_html=_figure_html, data_uri=png_data_uri)
    # Plotly's own JavaScript.
    plotly_js = Markup(get_plotlyjs())  # noqa: S704
    return environment.get_template(template.name).render(
        title=title, plotly_js=plotly_js, **values
    )


def _figure_html(figure: go.Figure) -> Markup:
    """Return a figure as HTML without plotly.js, which the page has."""
    config = {"displayModeBar": False, "responsive": True}
    # In the dashboard, Streamlit sets the colours and the margins of the ticks.
    figure.update_layout(template="plotly_white")
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return Markup(figure.to_html(full_html=False, include_plotlyjs=False, config=config))  # noqa: S704
