"""Steps that a visitor of the dashboard takes in a browser."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from mnistviz.ui.shared.page_registry import OVERVIEW, PageEntry

# Milliseconds: what TensorFlow may take to load and a try-out to train, on a busy machine.
PATIENCE = 180_000

# Plotly sets `calcdata` of a chart whenever it computes what to draw. Run this before the charts.
COUNT_DRAWINGS = """() => {
    window.drawings = new Map();
    Object.defineProperty(Element.prototype, 'calcdata', {
        configurable: true,
        get() { return this.found },
        set(found) {
            this.found = found;
            if (found) window.drawings.set(this, (window.drawings.get(this) ?? 0) + 1);
        },
    });
}"""
# How often each chart of the page was drawn since.
DRAWINGS = "() => [...document.querySelectorAll('.js-plotly-plot')].map(one => drawings.get(one))"


def go_to(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def settle(page: Page) -> None:
    """Wait until the script has run to its end."""
    page.wait_for_timeout(300)
    idle = page.locator('[data-test-script-state="notRunning"]')
    idle.wait_for(state="attached", timeout=PATIENCE)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached", timeout=PATIENCE)


def chart(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} .js-plotly-plot")


def trace_length(page: Page, key: str, trace: int = 0, least: int = 0) -> int:
    """Points of a trace that the browser has drawn, once there are `least` of them."""
    # While a chart is redrawn, the old and the new one are in the page for a moment.
    script = """([key, trace, least]) => {
        const plots = [...document.querySelectorAll(`.st-key-${key} .js-plotly-plot`)];
        const lengths = plots.map(plot => plot._fullData?.[trace]?.x?.length ?? -1);
        return lengths.some(length => length >= least) && {length: Math.max(...lengths)};
    }"""
    found = page.wait_for_function(script, arg=[key, trace, least], timeout=PATIENCE)
    return int(found.json_value()["length"])


def hover_text(page: Page, plot: Locator, x: float, y: float) -> str:
    """What the chart says of the point at a share (x, y) of its picture."""
    plot.scroll_into_view_if_needed()
    box = plot.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    for shift in (0, 1):  # a hover needs a movement
        page.mouse.move(box["x"] + x * box["width"] + shift, box["y"] + y * box["height"])
        page.wait_for_timeout(200)
    return " ".join(plot.locator(".hoverlayer text").all_text_contents())


def draw_on(page: Page, pad: Locator, points: Sequence[Sequence[float]], lift: bool = True) -> None:
    """One stroke with the mouse on a pad of 280 pixels, whatever its size on the screen."""
    box = pad.bounding_box()
    assert box is not None
    scale = box["width"] / 280
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=3)
        if number == 0:
            page.mouse.down()
    if lift:
        page.mouse.up()


def draw(page: Page, points: Sequence[tuple[int, int]]) -> None:
    """One stroke with the mouse, in pixels of the canvas."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def open_page(page: Page, entry: PageEntry) -> None:
    """Open a page of the dashboard and wait until all its charts are drawn."""
    page.goto("/" if entry is OVERVIEW else f"/{entry.name}")
    expect(page.get_by_role("heading", name=entry.title, exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    settle(page)
    # The browser has measured the page, which may run it once more.
    page.wait_for_timeout(1_000)
    settle(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
