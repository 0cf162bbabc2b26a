"""The Draw page by mouse and by touch, with digits that were drawn by hand for the tests."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from mnistviz.digits import my_digits
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.ui.draw.canvas_history import same
from tests.helpers.browser import PATIENCE, draw, go_to, settle
from tests.helpers.hand_made_strokes import HAND_MADE, Stroke
from tests.helpers.proxy import Proxy
from tests.helpers.server import Server

# In milliseconds: a press counts or is refused at once.
PATIENCE_FOR_A_PRESS = 10_000

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_draw(page: Page, address: str = "/draw") -> None:
    page.goto(address)
    page.locator("canvas.upper-canvas").wait_for(timeout=PATIENCE)
    settle(page)
    # The browser says how wide the page is, which runs it once more.
    page.wait_for_timeout(500)
    settle(page)


def draw_digit(page: Page, name: str) -> None:
    for stroke in HAND_MADE[name]:
        draw(page, [(round(x), round(y)) for x, y in stroke])


def reads(page: Page, answer: str) -> None:
    shown = page.get_by_test_id("stMetricValue").first
    expect(shown).to_have_text(answer, timeout=PATIENCE)


def drawn_in(url: str) -> Strokes | None:
    """The drawing in an address."""
    text = parse_qs(urlsplit(url).query).get("drawing")
    return url_codec.from_text(text[0]) if text else None


def drawn(page: Page) -> Strokes:
    found = drawn_in(page.url)
    assert found is not None
    return found


def soon(page: Page, strokes: int) -> None:
    """Wait until the drawing in the address has so many strokes."""
    page.wait_for_url(
        lambda url: (found := drawn_in(url)) is not None and len(found.strokes) == strokes,
        timeout=PATIENCE,
    )


def clear(page: Page) -> None:
    settle(page)
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("stMetricValue")).to_have_count(0, timeout=PATIENCE)
    settle(page)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"{name} Shortcut")


def test_digits_and_a_number_are_drawn_taken_back_and_linked(page: Page) -> None:
    open_draw(page)
    expect(button(page, "Undo")).to_be_disabled()
    draw_digit(page, "4")
    reads(page, "4")
    linked = page.url
    assert re.search(r"[?&]drawing=[\w-]{40,}", linked)

    # A stroke too many is taken back, comes again, and is taken back for good.
    draw(page, [(40, 40), (250, 60)])
    page.wait_for_url(lambda url: url != linked, timeout=PATIENCE)
    page.keyboard.press("Control+z")
    page.wait_for_url(linked, timeout=PATIENCE)
    expect(button(page, "Redo")).to_be_enabled(timeout=PATIENCE)
    settle(page)  # a button listens to its keys a moment after it looks enabled
    page.keyboard.press("Control+y")
    page.wait_for_url(lambda url: url != linked, timeout=PATIENCE)
    page.keyboard.press("Control+z")
    page.wait_for_url(linked, timeout=PATIENCE)
    reads(page, "4")

    # It survives a change of page, a reload, and being cleared by mistake.
    settle(page)
    go_to(page, "Overview")
    settle(page)
    go_to(page, "Draw")
    reads(page, "4")
    page.reload()
    reads(page, "4")
    clear(page)
    page.keyboard.press("Control+z")
    reads(page, "4")
    clear(page)

    page.get_by_text("More than one digit").first.click()
    expect(page.get_by_text("write a number, such as 1984")).to_be_visible(timeout=PATIENCE)
    settle(page)
    draw_digit(page, "1984")
    reads(page, "1984")
    expect(page.get_by_text("Digit that the other pages show")).to_be_visible()

    open_draw(page, "/draw?drawing=AAAA")
    expect(page.get_by_text("expected a drawing in the link")).to_be_visible()


def test_undo_in_a_text_field_undoes_the_text(page: Page) -> None:
    open_draw(page)
    draw_digit(page, "7")
    reads(page, "7")
    settle(page)
    drawn = page.url
    field = page.get_by_role("spinbutton", name="Image, 0 to 9,999")
    field.focus()
    page.keyboard.press("End")
    page.keyboard.type("12")
    expect(field).to_have_value("012")
    page.keyboard.press("Control+z")
    expect(field).not_to_have_value("012")
    settle(page)
    assert page.url == drawn
    expect(button(page, "Undo")).to_be_enabled()
    # Elsewhere it is the drawing's.
    page.get_by_role("button", name="Brush").focus()
    page.keyboard.press("Control+z")
    page.wait_for_url(lambda url: url != drawn, timeout=PATIENCE)


def test_a_digit_is_kept_only_as_what_the_button_was_shown_for(page: Page) -> None:
    """The button of the first stroke is pressed a moment after the second one."""
    first, *others = HAND_MADE["4"]
    for milliseconds in (60, 150, 250, 350, 600):
        open_draw(page)
        draw(page, [(round(x), round(y)) for x, y in first])
        right = page.get_by_role("button", name="Right, it is")
        box = right.bounding_box(timeout=PATIENCE)
        assert box is not None
        settle(page)
        for stroke in others:
            draw(page, [(round(x), round(y)) for x, y in stroke])
        page.wait_for_timeout(milliseconds)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        reads(page, "4")
        kept_or_refused = page.get_by_text("Kept in My digits as").or_(
            page.get_by_text("nothing was kept")
        )
        kept_or_refused.first.wait_for(timeout=PATIENCE_FOR_A_PRESS)
        settle(page)
        for digit in my_digits.list_digits():
            assert digit.strokes is not None
            assert (digit.label, len(digit.strokes.strokes)) == (4, 1 + len(others)), milliseconds
            my_digits.delete(digit.id)
            my_digits.delete_permanently(digit.id)
        clear(page)


def touch(session: CDPSession, page: Page, stroke: Stroke, lift: bool = True) -> None:
    """One stroke with a finger, in pixels of the canvas."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in stroke]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(10)
    if lift:
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


# Milliseconds from lifting the pen to each message that the browser sends after it.
TIME_SENDING = """
    window.waits = []
    addEventListener("pointerup", () => { window.lifted = performance.now() }, true)
    const send = WebSocket.prototype.send
    WebSocket.prototype.send = function (message) {
        if (window.lifted) window.waits.push(performance.now() - window.lifted)
        window.lifted = null
        return send.call(this, message)
    }"""


def test_a_stroke_is_sent_when_the_pen_is_lifted(page: Page) -> None:
    """The component by itself waits for 200 ms."""
    page.add_init_script(TIME_SENDING)
    open_draw(page)
    for left in (40, 100, 160):
        draw(page, [(left, 60), (left, 220)])
        reads_something = page.get_by_test_id("stMetricValue").first
        expect(reads_something).to_be_visible(timeout=PATIENCE)
        settle(page)
    waits = page.evaluate("window.waits")
    assert len(waits) == 3
    assert sorted(waits)[1] < 150
    # Each stroke is sent once, and is one step of the history.
    for _ in range(3):
        expect(button(page, "Undo")).to_be_enabled(timeout=PATIENCE)
        page.keyboard.press("Control+z")
        settle(page)
    expect(button(page, "Undo")).to_be_disabled(timeout=PATIENCE)


def test_a_stroke_right_after_clear_stays_on_a_slow_line(browser: Browser, server: Server) -> None:
    """400 ms each way: the canvas of before is there for a second after Clear."""
    with Proxy(server.port, delay_seconds=0.4) as line:
        context = browser.new_context(base_url=line.url)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        open_draw(page)
        draw_digit(page, "4")
        reads(page, "4")
        settle(page)
        page.keyboard.press("Delete")
        draw_digit(page, "7")
        reads(page, "7")
        page.wait_for_timeout(1500)
        assert len(drawn(page).strokes) == len(HAND_MADE["7"])

        # Three dashes in one go are three steps: two undos at once take two of them back.
        dashes = [[(40, y), (90, y)] for y in (200, 225, 250)]
        for dash in dashes:
            draw(page, dash)
            page.wait_for_timeout(100)
        soon(page, len(HAND_MADE["7"]) + 3)
        for _ in range(2):
            page.keyboard.press("Control+z")
            page.wait_for_timeout(100)
        soon(page, len(HAND_MADE["7"]) + 1)
        page.wait_for_timeout(1500)
        assert len(drawn(page).strokes) == len(HAND_MADE["7"]) + 1
        context.close()


def test_a_phone_that_is_turned_back_gives_the_drawing_its_size_back(
    browser: Browser, server: Server
) -> None:
    upright, across = {"width": 390, "height": 844}, {"width": 844, "height": 390}
    context = browser.new_context(viewport=across, base_url=server.url)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    open_draw(page)
    page.get_by_text("More than one digit").first.click()
    expect(page.get_by_text("write a number, such as 1984")).to_be_visible()
    settle(page)
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    draw(page, [(20, 40), (round(box["width"]) - 20, 60)])
    soon(page, 1)
    settle(page)
    before = drawn(page)
    page.set_viewport_size(upright)  # type: ignore[arg-type]
    page.wait_for_url(
        lambda url: (found := drawn_in(url)) is not None and found.width < before.width
    )
    settle(page)
    page.set_viewport_size(across)  # type: ignore[arg-type]
    page.wait_for_url(lambda url: (found := drawn_in(url)) is not None and same(found, before))
    context.close()


SCROLLED = """() => [...document.querySelectorAll('*')].reduce(
    (sum, one) => sum + one.scrollTop + one.scrollLeft, 0)"""


def opacity(page: Page, key: str) -> float:
    return float(page.locator(f".st-key-{key}").evaluate("node => getComputedStyle(node).opacity"))


def test_on_a_phone_the_answer_is_above_the_canvas_and_grey_while_one_draws(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=server.url
    )
    page = context.new_page()
    open_draw(page)
    expect(page.locator(".st-key-answer_above")).to_contain_text("No answer yet", timeout=PATIENCE)
    assert page.locator("kbd:visible").count() == 0
    before = page.evaluate(SCROLLED)
    session = context.new_cdp_session(page)
    (stroke,) = HAND_MADE["7"][:1]
    touch(session, page, stroke, lift=False)
    assert opacity(page, "answer_above") < 0.5
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    for stroke in HAND_MADE["7"][1:]:
        touch(session, page, stroke)
    answer = page.locator(".st-key-answer_above")
    expect(answer).to_contain_text("It reads 7", timeout=PATIENCE)
    page.wait_for_function("!document.body.classList.contains('mnistviz-drawing')")
    assert opacity(page, "answer_above") == 1
    # The page is not scrolled, and shows both.
    assert page.evaluate(SCROLLED) == before
    expect(answer).to_be_in_viewport(ratio=1)
    expect(page.locator("canvas.upper-canvas")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    settle(page)
    touch(session, page, stroke, lift=False)
    assert opacity(page, "answer_bars") < 0.5
    context.close()
