"""Colours that read on a light and a dark page, and the same ones in Streamlit's settings."""

import tomllib
from typing import Any

import plotly.graph_objects as go
import pytest

from mnistviz.charts.theme import AMOUNT, CATEGORICAL, LEGEND, MARGINS, SIGNED, apply_layout
from mnistviz.core.assets import PROJECT

CONFIG = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def channels(colour: str) -> list[float]:
    return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_streamlit_draws_its_own_charts_in_the_same_colours() -> None:
    assert CONFIG["theme"]["chartCategoricalColors"] == list(CATEGORICAL)
    assert len(set(CATEGORICAL)) == len(CATEGORICAL)


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize("colour", CATEGORICAL)
def test_lines_stand_out_from_the_page(colour: str, appearance: str) -> None:
    """WCAG 2.2, 1.4.11: graphics need a contrast of 3 to 1."""
    assert contrast(colour, CONFIG["theme"][appearance]["backgroundColor"]) >= 3


def test_the_signed_scale_is_symmetric_with_a_neutral_middle() -> None:
    stops = [stop for stop, _ in SIGNED]
    assert stops == [1 - stop for stop in reversed(stops)]
    colours = dict(SIGNED)
    neutral = channels(colours[0.5])
    assert max(neutral) - min(neutral) < 0.03
    assert min(neutral) > 0.9
    # Darker towards both ends: a print without colours still tells large from small.
    lightness = [luminance(colours[stop]) for stop in stops]
    middle = len(stops) // 2
    assert lightness[: middle + 1] == sorted(lightness[: middle + 1])
    assert lightness[middle:] == sorted(lightness[middle:], reverse=True)
    for stop in stops[middle + 1 :]:
        red, _, blue = channels(colours[stop])
        assert red > blue
        red, _, blue = channels(colours[1 - stop])
        assert blue > red


def test_the_scale_of_amounts_goes_from_black_to_white() -> None:
    assert AMOUNT == [[0.0, "#000000"], [1.0, "#ffffff"]]


def test_finish_gives_the_shared_layout_and_what_is_asked_for() -> None:
    figure = go.Figure()
    assert apply_layout(figure, 321, showlegend=True, bargap=0.5) is figure
    layout = figure.layout
    assert (layout.height, layout.showlegend, layout.bargap) == (321, True, 0.5)
    assert layout.dragmode is False
    assert layout.uirevision
    assert layout.margin.to_plotly_json() == MARGINS
    assert apply_layout(go.Figure(), 100).layout.showlegend is False


def test_margins_leave_room_for_what_stands_at_the_axes() -> None:
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
