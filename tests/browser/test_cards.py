"""The cards of the Overview: the whole surface is a link."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import PATIENCE, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_card_opens_its_page_wherever_it_is_clicked(page: Page) -> None:
    page.goto("/")
    card = page.locator(".st-key-card_Train")
    expect(card).to_be_visible(timeout=PATIENCE)
    settle(page)
    # The browser says how wide the page is, which runs it once more.
    page.wait_for_timeout(1_000)
    settle(page)
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + box["height"] - 8)
    expect(page).to_have_url(re.compile("/train"), timeout=PATIENCE)
