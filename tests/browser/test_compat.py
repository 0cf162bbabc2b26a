"""What Streamlit does in a browser without the workarounds of `compat` modules, and with them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browser import COUNT_DRAWINGS, DRAWINGS, PATIENCE, draw, settle
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

APP = """
import streamlit as st
@st.fragment
def first():
    if st.button("Go"):
        st.switch_page(other, query_params={})
def second():
    st.text("second page")
other = st.Page(second)
page = st.navigation([st.Page(first, default=True), other])
st.selectbox("Run", ["best", "reference"], key="run", bind="query-params")
page.run()
"""


CHART_APP = """
import plotly.graph_objects as go
import streamlit as st
if st.button("Draw"):
    st.plotly_chart(go.Figure(go.Scatter(y=[1, 3, 2])), key="plain")
"""


@pytest.fixture
def small_app(home: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    (tmp_path / "app.py").write_text(getattr(request, "param", APP))
    server = Server(home, tmp_path / "server.log", tmp_path)
    yield server
    server.stop()


def test_restore_query_param_streamlit_forgets_a_bound_parameter_on_another_page(
    browser: Browser, small_app: Server
) -> None:
    page = browser.new_page()
    page.goto(f"{small_app.url}/?run=reference")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("second page")).to_be_visible()
    expect(page.get_by_role("combobox", name="Run")).to_have_value("reference")
    expect(page).to_have_url(re.compile("/second$"))
    page.close()


def test_a_drawing_is_looked_at_with_the_run_of_the_link(page: Page) -> None:
    page.goto("/draw?run=reference&image=7")
    page.locator("canvas.upper-canvas").wait_for(timeout=PATIENCE)
    settle(page)
    draw(page, [(140, 40), (140, 240)])
    page.get_by_role("button", name="Look inside").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Feature maps", exact=True)).to_be_visible()
    expect(page.get_by_text("in your drawing")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"feature_maps\?.*run=reference.*image=7"))


@pytest.mark.parametrize("small_app", [CHART_APP], indirect=True)
def test_to_streamlit_streamlit_draws_a_plain_chart_twice(
    browser: Browser, small_app: Server
) -> None:
    page = browser.new_page()
    page.goto(small_app.url)
    page.evaluate(COUNT_DRAWINGS)
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".js-plotly-plot .main-svg:first-child")).to_have_count(1, timeout=PATIENCE)
    page.wait_for_timeout(1000)
    (drawings,) = page.evaluate(DRAWINGS)
    assert drawings > 1
    page.close()
