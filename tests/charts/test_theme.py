"""Line colours on a light and a dark page, and the shared layout."""

from typing import Any

import plotly.graph_objects as go
import pytest

from mnistviz.charts.theme import CATEGORICAL, LEGEND, MARGINS, apply_layout
from tests.helpers.colours import CONFIG, contrast


def test_streamlit_has_the_same_categorical_colours() -> None:
    assert CONFIG["theme"]["chartCategoricalColors"] == list(CATEGORICAL)
    assert len(set(CATEGORICAL)) == len(CATEGORICAL)


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize("colour", CATEGORICAL)
def test_line_colours_have_contrast_to_the_page(colour: str, appearance: str) -> None:
    """WCAG 2.2, 1.4.11: graphics need a contrast of 3 to 1."""
    assert contrast(colour, CONFIG["theme"][appearance]["backgroundColor"]) >= 3


def test_layout_has_shared_and_given_settings() -> None:
    figure = go.Figure()
    assert apply_layout(figure, 321, showlegend=True, bargap=0.5) is figure
    layout = figure.layout
    assert (layout.height, layout.showlegend, layout.bargap) == (321, True, 0.5)
    assert layout.dragmode is False
    assert layout.uirevision
    assert layout.margin.to_plotly_json() == MARGINS
    assert apply_layout(go.Figure(), 100).layout.showlegend is False


def test_margins_have_space_for_labels_titles_and_legend() -> None:
    def margins(**layout: object) -> tuple[int, ...]:
        figure = go.Figure([go.Bar(x=[1, 2], y=["a", "b"], name="one"), go.Bar(name="two")])
        margin = apply_layout(figure.update_layout(layout), 100, **shared).layout.margin
        return margin.l, margin.r, margin.t, margin.b

    shared: dict[str, Any] = {}
    bare = MARGINS["l"]
    hidden = {"visible": False}
    assert margins(xaxis=hidden, yaxis=hidden) == (bare, bare, bare, bare)
    left, right, top, bottom = margins()
    assert top == bare
    assert left > bare
    assert bottom > bare
    # Half of the last number.
    assert right > bare
    assert margins(xaxis={"title": "epochs"})[3] > bottom
    assert margins(yaxis={"title": "layer"})[0] > left
    assert margins(yaxis={"ticktext": ["a", "a long label"], "tickvals": [0, 1]})[0] > left + 50
    assert margins(xaxis={"side": "top"})[2:] == (bottom, bare)
    shared = {"showlegend": True, "legend": LEGEND}
    assert margins()[2] > top
    shared["margin"] = {"r": 64, "t": 5}
    assert margins()[:3] == (left, 64, 5)
