"""What a figure takes on from the page, and what makes a browser draw it once."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mnistviz.charts.compat import DARK, LIGHT, Appearance, to_streamlit
from mnistviz.charts.theme import apply_layout
from tests.charts.test_theme import CONFIG, contrast


@pytest.mark.parametrize(("name", "appearance"), [("light", LIGHT), ("dark", DARK)])
def test_charts_fit_the_page_that_they_are_on(name: str, appearance: Appearance) -> None:
    assert appearance.page == CONFIG["theme"][name]["backgroundColor"]
    # WCAG 2.2, 1.4.3: text needs a contrast of 4.5 to 1, on a page and in a box on it.
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(appearance.text, CONFIG["theme"][name][ground]) >= 4.5
    assert 1.1 < contrast(appearance.lines, appearance.page) < 2


def test_what_the_chart_has_set_is_kept_and_the_rest_taken_from_the_page() -> None:
    figure = apply_layout(go.Figure(go.Scatter(y=[1, 2])), 100, font={"size": 20})
    figure.update_xaxes(gridcolor="#123456", title="steps")
    layout = to_streamlit(figure, DARK).to_dict()["layout"]
    axis, font = layout["xaxis"], layout["font"]
    assert (axis["gridcolor"], axis["zerolinecolor"]) == ("#123456", DARK.lines)
    assert axis["title"]["text"] == "steps"
    assert (font["size"], font["color"]) == (20, DARK.text)
    assert layout["height"] == 100
    assert layout["hoverlabel"]["bgcolor"] == DARK.page
    assert "template" not in layout
    assert figure.layout.font.color is None, "the figure itself stays as it was"


def test_a_chart_of_directions_takes_on_the_colours_too() -> None:
    figure = go.Figure(go.Barpolar(r=[1]), {"polar": {"radialaxis": {"visible": False}}})
    polar = to_streamlit(figure, LIGHT).to_dict()["layout"]["polar"]
    assert polar["angularaxis"]["gridcolor"] == polar["radialaxis"]["gridcolor"] == LIGHT.lines
    assert polar["radialaxis"]["visible"] is False
    assert polar["bgcolor"] == "rgba(0,0,0,0)"


def test_arrays_become_lists_of_the_same_values() -> None:
    figure = go.Figure(go.Scatter(y=np.array([1.5, np.nan]), marker={"color": np.array([1, 2])}))
    assert "bdata" in str(figure.to_dict())
    trace = to_streamlit(figure, LIGHT).to_dict()["data"][0]
    assert trace["y"] == [1.5, None]
    assert trace["marker"]["color"] == [1, 2]


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1, 3e7])
def test_numbers_are_written_with_the_digits_that_they_have(scale: float) -> None:
    values = (scale * np.random.default_rng(0).normal(size=500)).astype(np.float32)
    values[:3] = 0, np.nan, -scale
    figure = go.Figure(go.Heatmap(z=values[np.newaxis]))
    (listed,) = to_streamlit(figure, LIGHT).to_dict()["data"][0]["z"]
    assert listed[1] is None
    listed[1] = np.nan
    np.testing.assert_allclose(listed, values, rtol=0, atol=1e-7 * np.nanmax(np.abs(values)))
    assert np.mean([len(repr(number)) for number in listed[2:]]) < 14


@pytest.mark.parametrize("value", [0, np.nan, np.inf])
def test_flat_arrays_are_listed_too(value: float) -> None:
    flat = np.full(3, value, np.float32)
    listed = to_streamlit(go.Figure(go.Scatter(y=flat)), LIGHT).to_dict()["data"][0]["y"]
    assert listed == [None if np.isnan(value) else value] * 3
