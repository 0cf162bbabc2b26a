"""The keyboard reaches what a click on a chart does, and a screen reader hears the answers."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.ui.shared.page_registry import DRAW, EMBEDDING, EVALUATE, MY_DIGITS
from tests.helpers.browser import PATIENCE, draw, open_page, settle

IMAGE = "Image, 0 to 9,999"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def choose(page: Page, box: Locator, presses: int = 1) -> str:
    """Choose in a list with the keyboard alone; return the text of the chosen entry."""
    box.focus()
    # The first press opens the list.
    for _ in range(presses):
        box.press("ArrowDown")
        page.get_by_role("option").first.wait_for(timeout=PATIENCE)
    marked = page.get_by_role("option").nth(presses - 1).inner_text()
    box.press("Enter")
    settle(page)
    return marked


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=name)


def announced(page: Page) -> Locator:
    return page.locator("#mnistviz-announcement[role=status][aria-live=polite]")


def test_every_cell_and_image_of_evaluate_is_reached(page: Page) -> None:
    open_page(page, EVALUATE)
    # A cell that is not among the most frequent mix-ups.
    is_a = field(page, "Is a")
    is_a.fill("6")
    is_a.press("Enter")
    settle(page)
    read_as = field(page, "Read as")
    read_as.fill("1")
    read_as.press("Tab")
    expect(page.get_by_role("heading", name="1 image of a 6, read as 1")).to_be_visible(
        timeout=PATIENCE
    )
    listed = page.locator('[class*="st-key-evaluate_cell_6_1"] [role=combobox]')
    number = re.search(r"\d+", choose(page, listed))
    assert number is not None
    expect(field(page, IMAGE)).to_have_value(number[0], timeout=PATIENCE)


def test_a_neighbour_on_the_map_is_chosen(page: Page) -> None:
    open_page(page, EMBEDDING)
    listed = page.locator(".st-key-map_neighbours_list").get_by_role("combobox")
    number = re.search(r"\d+", choose(page, listed))
    assert number is not None
    expect(field(page, IMAGE)).to_have_value(number[0], timeout=PATIENCE)


def test_a_kept_digit_is_chosen(page: Page) -> None:
    data = load_mnist()
    for index in (0, 1):
        my_digits.save(data.x_test[index], int(data.y_test[index]))
    open_page(page, MY_DIGITS)
    listed = page.locator(".st-key-my_digits_None_False_1_list").get_by_role("combobox")
    text = choose(page, listed, presses=2)
    (chosen,) = [
        digit for digit in my_digits.list_digits() if my_digits.label_name(digit.label) in text
    ]
    expect(page.get_by_text(f"id {chosen.id}")).to_be_visible(timeout=PATIENCE)


def test_an_answer_on_draw_is_announced(page: Page) -> None:
    open_page(page, DRAW)
    draw(page, [(140, 40), (140, 240)])
    expect(announced(page)).to_have_text(re.compile("^It reads 1, probability"), timeout=PATIENCE)
    draw(page, [(60, 60), (220, 220)])
    expect(announced(page)).not_to_have_text(re.compile("^It reads 1,"), timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("Clear")).first.click()
    expect(announced(page)).to_have_text("", timeout=PATIENCE)


def test_focus_is_visible(page: Page) -> None:
    open_page(page, DRAW)
    page.keyboard.press("Tab")
    unmarked = []
    for _ in range(40):
        mark = page.evaluate(
            """() => {
                let one = document.activeElement
                while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
                if (one === document.body) return null
                const style = element => getComputedStyle(element)
                const marked = [one, one.parentElement, one.nextElementSibling,
                    one.parentElement?.parentElement, one.previousElementSibling]
                    .filter(Boolean).some(each => style(each).boxShadow !== 'none'
                    || (style(each).outlineStyle !== 'none' && style(each).outlineWidth !== '0px'))
                return marked ? null : one.outerHTML.slice(0, 200)
            }"""
        )
        if mark:
            unmarked.append(mark)
        page.keyboard.press("Tab")
    assert unmarked == []
