"""axe-core on every page, in light and dark colours: no serious or critical issue."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from mnistviz.ui.shared.page_registry import DRAW, PAGES
from tests.helpers.browser import PATIENCE, draw, open_page, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Issues within Streamlit's own widgets: (rule, start of the element) and the reason.
STREAMLITS_OWN = {
    ("list", '<ul data-testid="stSidebarNavItems"'): "each section of its menu is a div in the "
    "list, whose structure no option changes",
    ("listitem", '<li class="st-emotion-cache-'): "the pages of its menu are in these divs",
}
IMPACTS = ("serious", "critical")


def issues(page: Page) -> list[str]:
    """Return the issues that are not Streamlit's own: page, rule, element and what is wrong."""
    found = []
    for violation in Axe().run(page).response["violations"]:
        for node in violation["nodes"]:
            known = any(
                violation["id"] == rule and node["html"].startswith(start)
                for rule, start in STREAMLITS_OWN
            )
            if violation["impact"] in IMPACTS and not known:
                place = page.url.rpartition("/")[2]
                found.append(f"{place}: {violation['id']}: {node['html']} {node['failureSummary']}")
    return found


def test_no_page_has_a_serious_issue(page: Page) -> None:
    found = []
    for entry in PAGES:
        page.emulate_media(color_scheme="light")
        open_page(page, entry)
        found += issues(page)
        page.emulate_media(color_scheme="dark")
        settle(page)
        page.wait_for_timeout(500)
        found += issues(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_an_answer_on_draw_has_no_serious_issue(
    page: Page, colours: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=colours)
    open_page(page, DRAW)
    draw(page, [(140, 40), (140, 240)])
    expect(page.locator(".st-key-answer_bars .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Save the charts of this page").click()
    assert issues(page) == []
