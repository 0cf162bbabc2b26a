"""What lies where on a page, and whether it can be read."""

import pytest
from playwright.sync_api import Page

from mnistviz.ui.shared.page_registry import PAGES, START
from tests.helpers.browser import open_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_no_page_scrolls_sideways_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for entry in PAGES:
        open_page(page, entry)
        beyond = page.get_by_test_id("stMain").evaluate(
            "main => main.scrollWidth - main.clientWidth"
        )
        assert beyond == 0, entry.name


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_button_that_waits_for_an_answer_can_be_read(page: Page, colours: str) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    open_page(page, START)
    colour = "element => getComputedStyle(element).color"
    ground = page.locator(".stApp").evaluate(colour.replace(".color", ".backgroundColor"))
    assert page.get_by_role("button", name="Next").evaluate(colour) != ground
