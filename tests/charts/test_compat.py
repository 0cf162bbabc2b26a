"""The workarounds for Plotly and Streamlit, and whether they are still needed."""

import subprocess
import sys
from types import ModuleType

import numpy as np
import plotly.graph_objects as go
import pytest
import streamlit as st

from mnistviz.charts.appearance import DARK, LIGHT
from mnistviz.charts.compat import to_streamlit
from mnistviz.charts.theme import apply_layout

# ---------------------------------------------------------------- still needed


def test_plotly_still_uses_a_module_named_pandas_that_is_half_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    with pytest.raises(AttributeError):
        go.Scatter(y=[1, 2])


def test_plotly_still_writes_a_template_and_binary_arrays() -> None:
    """With either of them, Plotly.js draws a figure again when it is given a second time."""
    figure = go.Figure(go.Scatter(y=np.array([1.5, 2.5]))).to_dict()
    assert "template" in figure["layout"]
    assert "bdata" in figure["data"][0]["y"]
    assert "datarevision" not in figure["layout"]


def test_streamlit_still_validates_a_figure_given_as_a_dictionary() -> None:
    with pytest.raises(ValueError, match="no_such_property"):
        st.plotly_chart({"data": [{"type": "bar", "no_such_property": 1}]})


def test_plotly_still_copies_a_figure_for_streamlit() -> None:
    y = [[1, 2]]
    figure = go.Figure(go.Heatmap(z=y, customdata=[{"key": 1}]))
    assert figure.to_dict()["data"][0] is not figure.to_dict()["data"][0]
    settings = to_streamlit(figure, LIGHT)
    assert settings.to_dict() is settings.to_dict()


# ---------------------------------------------------------------- what the workarounds do


def test_two_threads_can_import_pandas_and_make_a_figure() -> None:
    """As two visitors of a server that has just started."""
    code = """
import threading
importing = threading.Thread(target=__import__, args=("pandas",))
importing.start()
from mnistviz.charts.training.curves import training_figure
training_figure("loss", {"batch": [(1, 2.0, 0.1)]}, [], 10, num_epochs=1)
importing.join()
import sys
sys.exit(not hasattr(sys.modules["pandas"], "Series"))
"""
    assert subprocess.call([sys.executable, "-c", code]) == 0


def test_settings_of_the_figure_take_precedence_over_those_of_the_page() -> None:
    figure = apply_layout(go.Figure(go.Scatter(y=[1, 2])), 100, font={"size": 20})
    figure.update_xaxes(gridcolor="#123456", title="steps")
    layout = to_streamlit(figure, DARK).to_dict()["layout"]
    axis, font = layout["xaxis"], layout["font"]
    assert (axis["gridcolor"], axis["zerolinecolor"]) == ("#123456", DARK.lines)
    assert axis["title"]["text"] == "steps"
    assert (font["size"], font["color"]) == (20, DARK.text)
    assert layout["height"] == 100
    assert layout["hoverlabel"]["bgcolor"] == DARK.page
    assert layout["datarevision"]
    assert "template" not in layout
    assert figure.layout.font.color is None, "the given figure is not changed"


def test_a_prepared_figure_is_shown_as_it_is_and_gets_other_values_without_validation() -> None:
    figure = to_streamlit(go.Figure(go.Bar(x=[1.0], name="first")), LIGHT)
    assert to_streamlit(figure, DARK) is figure
    other = figure.with_values(x=np.array([2.0, np.nan]), no_such_property=1).to_dict()
    assert other["data"] == [
        {"type": "bar", "name": "first", "x": [2.0, None], "no_such_property": 1}
    ]
    assert other["layout"] == figure.to_dict()["layout"]
    assert figure.to_dict()["data"][0]["x"] == [1.0]


def test_polar_charts_have_the_colours_of_the_page() -> None:
    figure = go.Figure(go.Barpolar(r=[1]), {"polar": {"radialaxis": {"visible": False}}})
    polar = to_streamlit(figure, LIGHT).to_dict()["layout"]["polar"]
    assert polar["angularaxis"]["gridcolor"] == polar["radialaxis"]["gridcolor"] == LIGHT.lines
    assert polar["radialaxis"]["visible"] is False
    assert polar["bgcolor"] == "rgba(0,0,0,0)"


def test_arrays_become_lists_of_the_same_values() -> None:
    figure = go.Figure(go.Scatter(y=np.array([1.5, np.nan]), marker={"color": np.array([1, 2])}))
    trace = to_streamlit(figure, LIGHT).to_dict()["data"][0]
    assert trace["y"] == [1.5, None]
    assert trace["marker"]["color"] == [1, 2]


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1, 3e7])
def test_float32_values_are_written_with_few_digits(scale: float) -> None:
    values = (scale * np.random.default_rng(0).normal(size=500)).astype(np.float32)
    values[:3] = 0, np.nan, -scale
    figure = go.Figure(go.Heatmap(z=values[np.newaxis]))
    (numbers,) = to_streamlit(figure, DARK).to_dict()["data"][0]["z"]
    assert numbers[1] is None
    numbers[1] = np.nan
    np.testing.assert_allclose(numbers, values, rtol=0, atol=1e-7 * np.nanmax(np.abs(values)))
    assert np.mean([len(repr(number)) for number in numbers[2:]]) < 14


@pytest.mark.parametrize("value", [0, np.nan, np.inf])
def test_arrays_without_a_finite_magnitude_become_lists(value: float) -> None:
    flat = np.full(3, value, np.float32)
    numbers = to_streamlit(go.Figure(go.Scatter(y=flat)), LIGHT).to_dict()["data"][0]["y"]
    assert numbers == [None if np.isnan(value) else value] * 3
