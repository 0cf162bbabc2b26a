"""The end of a training is told: in the tab's title, by a notification and a sound, and aloud."""

import re

import pytest
from playwright.sync_api import Page, expect

from mnistviz.ui.shared.page_registry import TRAIN
from tests.helpers.browser import PATIENCE, open_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Records what the browser would show and play.
RECORD = """() => {
    window.told = [], window.tones = 0, window.asked = 0
    window.Notification = class {
        static permission = 'default'
        static async requestPermission() { window.asked++; this.permission = 'granted' }
        constructor(title, { body }) { window.told.push([title, body]) }
    }
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) { window.tones++; start.call(this, when) }
}"""


def train_to_the_end(page: Page) -> None:
    page.get_by_role("button", name="Try it out", exact=True).click()
    expect(page.get_by_text("Images per second")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_title(re.compile(r"^\d+ % · mnistviz$"), timeout=PATIENCE)
    expect(page.locator("#mnistviz-announcement")).to_have_text(
        re.compile(r"^try-out-\d: running, epoch \d of 3"), timeout=PATIENCE
    )
    expect(page.get_by_text("Finished after 471 of 471 steps")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_title("mnistviz", timeout=PATIENCE)
    expect(page.locator("#mnistviz-announcement")).to_have_text(
        re.compile(r"^try-out-\d: finished, validation accuracy \d\d\.\d\d%$"), timeout=PATIENCE
    )


def test_a_notice_is_given_where_it_was_asked_for(page: Page) -> None:
    page.add_init_script(f"({RECORD})()")
    open_page(page, TRAIN)
    switch = page.locator(".st-key-train_notify")
    # Off by default: no permission is asked, nothing is told.
    expect(switch.get_by_role("switch")).not_to_be_checked()
    train_to_the_end(page)
    assert page.evaluate("[window.asked, window.told, window.tones]") == [0, [], 0]

    switch.locator("label").click()
    page.wait_for_function("window.asked === 1", timeout=PATIENCE)
    train_to_the_end(page)
    page.wait_for_function("window.told.length", timeout=PATIENCE)
    told, tones = page.evaluate("[window.told, window.tones]")
    ((title, text),) = told
    assert title == "try-out-2: finished"
    assert text.startswith("validation accuracy ")
    assert tones == 2
