"""Start here in a browser, as a new visitor: all stations, and who is led there."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnistviz.runs.registry import find_run
from mnistviz.runs.run_state import run_state
from mnistviz.ui.start import texts
from tests.helpers.browser import PATIENCE, draw_on, go_to, settle
from tests.helpers.hand_made_strokes import HAND_MADE
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAPTOP, PHONE = (1280, 800), (390, 844)
SCREENS = [(*size, scheme) for size in (LAPTOP, PHONE) for scheme in ("light", "dark")]
# A bundled run takes the place of one that was just trained.
TRAINED = "best"
RESULT = texts.TRAINED.partition("{")[0].strip("*")
# Milliseconds that people take to look at a page and to move to the pad.
LOOK = 3_000


def open_as_stranger(
    browser: Browser, server: Server, size: tuple[int, int], scheme: str = "light"
) -> Page:
    """A page in a browser that was never here."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=width < 500,
        base_url=server.url,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def is_in_window(page: Page, picture: Locator) -> None:
    """Check that a picture is as wide as the window at most, and all of it can be seen at once."""
    expect(picture).to_be_visible(timeout=PATIENCE)
    picture.scroll_into_view_if_needed()
    picture.evaluate("picture => picture.scrollIntoView({block: 'center'})")
    expect(picture).to_be_in_viewport(ratio=0.98)


def choose(page: Page, answer: str) -> None:
    page.get_by_test_id("stMain").get_by_role("radio", name=answer, exact=True).click()
    settle(page)


def go_on(page: Page, station: texts.StationTexts) -> None:
    page.get_by_role("button", name=texts.NEXT.format(name=station.name)).click()
    expect(page.get_by_text(station.question).first).to_be_visible(timeout=PATIENCE)
    settle(page)


def draw_digit(page: Page, name: str) -> None:
    pad = page.locator(".flow .pad")
    for stroke in HAND_MADE[name]:
        draw_on(page, pad, stroke)
    expect(page.locator(".flow")).to_have_attribute("data-by", "python", timeout=PATIENCE)
    expect(page.locator(".flow .answer")).to_contain_text(name, timeout=PATIENCE)


def walk(page: Page) -> None:
    """Go from the first station to the last, with a run that was trained before."""
    page.goto(f"/start?trained={TRAINED}")
    draw_digit(page, "4")
    choose(page, texts.DRAW.answers[0])
    expect(page.get_by_text(texts.WELL_GUESSED)).to_be_visible(timeout=PATIENCE)
    is_in_window(page, page.locator(".flow .pad"))

    go_on(page, texts.LAYERS)
    expect(page.locator(".flow")).to_have_count(0, timeout=PATIENCE)
    choose(page, texts.LAYERS.answers[0])
    expect(page.get_by_text(texts.OTHER_GUESS.partition("{")[0])).to_be_visible(timeout=PATIENCE)
    is_in_window(page, page.locator(".flow .layers"))
    expect(page.locator(".flow .origin")).to_contain_text("Your digit", timeout=PATIENCE)

    go_on(page, texts.CONVOLUTION)
    choose(page, texts.CONVOLUTION.answers[0])
    for part in ("input", "map"):
        is_in_window(page, page.locator(f".st-key-start_convolution .{part} canvas"))

    go_on(page, texts.TRAIN)
    choose(page, texts.TRAIN.answers[2])
    expect(page.get_by_text(RESULT)).to_be_visible(timeout=PATIENCE)
    is_in_window(page, page.get_by_test_id("stMain").locator("img"))

    go_on(page, texts.MISTAKES)
    is_in_window(page, page.get_by_role("img", name=texts.MISTAKE_PICTURE, exact=True))
    choose(page, "4")
    expect(page.get_by_text("Its label says")).to_be_visible(timeout=PATIENCE)
    is_in_window(page, page.get_by_role("img", name=re.compile("each with its answer")))
    expect(page.get_by_text("You have seen all five stations")).to_be_visible(timeout=PATIENCE)


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[Page]]:
    """Pages whose errors are noted: there are none, and they are closed."""
    opened: list[Page] = []
    yield opened
    for page in opened:
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        page.context.close()


def test_all_stations_on_a_laptop_and_a_phone_light_and_dark(
    browser: Browser, server: Server, pages: list[Page]
) -> None:
    for *size, scheme in SCREENS:
        page = open_as_stranger(browser, server, (size[0], size[1]), scheme)
        pages.append(page)
        walk(page)
        # A reload loses neither the station nor what was done.
        page.reload()
        expect(page.get_by_text(texts.MISTAKES.question).first).to_be_visible(timeout=PATIENCE)
        settle(page)
        expect(done_stations(page)).to_have_count(len(texts.STATIONS), timeout=PATIENCE)


def done_stations(page: Page) -> Locator:
    """The stations with a check mark, which takes the place of the number."""
    stations = page.get_by_role("radiogroup", name=texts.STATIONS_LABEL)
    return stations.get_by_role("radio", name=re.compile(r"^\D"))


def test_a_network_is_trained_and_a_reload_finds_it_again(
    browser: Browser, server: Server, pages: list[Page]
) -> None:
    page = open_as_stranger(browser, server, PHONE)
    pages.append(page)
    page.goto("/start?station=4")
    choose(page, texts.TRAIN.answers[2])
    page.get_by_role("button", name=texts.TRAIN_BUTTON).click()
    page.wait_for_url(re.compile("trained="))
    page.reload()
    # It is not started again, and its end marks the station.
    expect(page.get_by_text("20 test images").first).to_be_visible(timeout=2 * PATIENCE)
    expect(page.get_by_role("button", name=texts.TRAIN_BUTTON)).to_have_count(0)
    expect(page.get_by_text(RESULT)).to_be_visible(timeout=3 * PATIENCE)
    expect(done_stations(page)).to_have_count(1, timeout=PATIENCE)
    assert run_state(find_run("try-out-1")) == "finished"


def test_the_first_own_digit_is_answered_within_twenty_seconds(
    browser: Browser, server: Server, pages: list[Page]
) -> None:
    page = open_as_stranger(browser, server, LAPTOP)
    pages.append(page)
    begun = time.monotonic()
    page.goto("/")
    page.locator(".flow .pad").wait_for()
    page.wait_for_timeout(LOOK)
    draw_digit(page, "7")
    assert time.monotonic() - begun < 20


def test_only_a_first_visit_is_led_to_start_here(
    browser: Browser, server: Server, pages: list[Page]
) -> None:
    page = open_as_stranger(browser, server, LAPTOP)
    pages.append(page)
    page.goto("/")
    page.wait_for_url(re.compile("/start"))
    settle(page)
    # The Overview is a page like others, in this visit and the next.
    go_to(page, "Overview")
    settle(page)
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible(timeout=PATIENCE)
    page.goto("/")
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible(timeout=PATIENCE)

    addresses = {"/?run=reference": "Overview", "/overview": "Overview", "/kernels": "Kernels"}
    for address, heading in addresses.items():
        other = open_as_stranger(browser, server, LAPTOP)
        pages.append(other)
        other.goto(address)
        expect(other.get_by_role("heading", name=heading, exact=True)).to_be_visible(
            timeout=PATIENCE
        )
        settle(other)
        expect(other.get_by_role("heading", name=heading, exact=True)).to_be_visible(
            timeout=PATIENCE
        )
        expect(other.get_by_text("Page not found")).to_have_count(0)
