"""A network is designed under a budget, and trained."""

import pytest
from playwright.sync_api import Page, expect

from mnistviz.core.layers.presets import PRESETS
from tests.helpers.browser import PATIENCE, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_network_is_widened_to_the_budget_and_goes_to_train(page: Page) -> None:
    page.goto("/design")
    page.get_by_role("textbox", name="The network as text").wait_for(timeout=PATIENCE)
    settle(page)
    text = page.get_by_role("textbox", name="The network as text")
    start = page.get_by_role("combobox", name="Start from")
    start.click()
    page.get_by_role("option", name="global average").click()
    preset = next(one.text for one in PRESETS if one.name == "global average")
    expect(text).to_have_value(preset, timeout=PATIENCE)
    settle(page)
    # Typed, and not finished by Enter.
    page.get_by_role("spinbutton", name="Channels").fill("24")
    page.get_by_role("spinbutton", name="Budget of parameters").click()
    expect(text).to_have_value(preset.replace("8C3", "24C3", 1), timeout=PATIENCE)
    settle(page)
    page.get_by_role("spinbutton", name="Budget of parameters").fill("8000")
    page.get_by_role("spinbutton", name="Budget of parameters").press("Enter")
    page.get_by_text("too many").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Undo").click()
    expect(text).to_have_value(preset, timeout=PATIENCE)
    page.get_by_text("left; ").wait_for(timeout=PATIENCE)
    settle(page)

    page.get_by_role("button", name="Train this network").click()
    page.get_by_role("heading", name="Train", level=1).wait_for(timeout=PATIENCE)
    expect(page.get_by_role("textbox", name="Your own network")).to_have_value(preset)
