"""A server that shows all pages and reads digits imports neither TensorFlow nor Keras."""

import pytest
from playwright.sync_api import Page, expect

from mnistviz.runs import registry, snapshots
from mnistviz.ui.shared.page_registry import OVERVIEW, PAGES
from tests.helpers.browser import PATIENCE, draw, settle
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVEN = [(70, 60), (200, 60), (120, 230)]


def test_pages_drawings_evaluations_and_attributions_need_no_tensorflow(
    page: Page, server: Server
) -> None:
    page.set_default_timeout(PATIENCE)
    # Nothing of this snapshot is stored: pages compute it. Why shows every attribution.
    step = snapshots.steps_of(registry.find_run("reference"))[-2]
    for entry in PAGES:
        path = "" if entry is OVERVIEW else entry.name
        page.goto(f"/{path}?run=reference&snapshot={step}")
        expect(page.get_by_role("heading", name=entry.title, exact=True)).to_be_visible()
        settle(page)
    page.goto("/draw")
    page.locator("canvas.upper-canvas").wait_for()
    draw(page, SEVEN)
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    modules = server.modules()
    assert "mnistviz.evaluation.digit_reader" in modules
    assert not {"tensorflow", "keras"} & modules
