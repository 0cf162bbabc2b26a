"""The colours that a chart takes from its page."""

import pytest

from mnistviz.charts.appearance import DARK, LIGHT, Appearance, page_layout
from tests.helpers.colours import CONFIG, contrast


@pytest.mark.parametrize(("name", "appearance"), [("light", LIGHT), ("dark", DARK)])
def test_appearances_are_those_of_the_pages(name: str, appearance: Appearance) -> None:
    assert appearance.page == CONFIG["theme"][name]["backgroundColor"]
    # WCAG 2.2, 1.4.3: text needs a contrast of 4.5 to 1, on a page and in a box on it.
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(appearance.text, CONFIG["theme"][name][background]) >= 4.5
    assert 1.1 < contrast(appearance.lines, appearance.page) < 2


def test_each_axis_of_a_figure_has_settings() -> None:
    layout = page_layout(DARK, ["xaxis2", "yaxis", "title"])
    assert layout["yaxis"]["gridcolor"] == layout["xaxis2"]["gridcolor"] == DARK.lines
    assert layout["xaxis2"]["showgrid"] is False
    assert "showgrid" not in layout["yaxis"]
    assert not {"xaxis", "title", "polar"} & layout.keys()
    polar = page_layout(LIGHT, ["polar"])["polar"]
    assert polar["angularaxis"]["gridcolor"] == polar["radialaxis"]["linecolor"] == LIGHT.lines
