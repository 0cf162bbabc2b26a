"""My digits in a real browser: drawn, said what it was, looked at, deleted, brought back."""

import re

import pytest
from playwright.sync_api import Page, expect

from mnistviz.digits import my_digits
from tests.helpers.browser import PATIENCE, chart, draw, go_to, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_drawing_is_kept_found_again_deleted_and_brought_back(page: Page) -> None:
    page.goto("/my_digits")
    expect(page.get_by_text("You have none yet.")).to_be_visible(timeout=PATIENCE)
    page.get_by_test_id("stMain").get_by_role("link", name="Draw a digit").click()
    page.locator("canvas.upper-canvas").wait_for()
    settle(page)
    draw(page, [(140, 40), (140, 240)])
    page.get_by_role("button", name=re.compile("Right, it is an? ")).wait_for(timeout=PATIENCE)
    # What it is, whatever the network says.
    page.locator(".st-key-keep_digit").get_by_role("radio", name="7", exact=True).click()
    expect(page.get_by_text("Kept in My digits as a 7.")).to_be_visible(timeout=PATIENCE)
    (kept,) = my_digits.list_digits()
    assert kept.strokes is not None
    assert len(kept.strokes.strokes) == 1
    assert [answer.run for answer in kept.answers] == ["best"]

    go_to(page, "My digits")
    expect(page.get_by_text("1 digit of your own")).to_be_visible(timeout=PATIENCE)
    tile = chart(page, "my_digits_None_False_1").locator(".nsewdrag").first
    tile.click(timeout=PATIENCE)
    expect(page.get_by_text(f"drawn, id {kept.id}")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 digit is deleted.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("You have none yet.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("1 digit of your own")).to_be_visible(timeout=PATIENCE)
    assert [digit.id for digit in my_digits.list_digits()] == [kept.id]
