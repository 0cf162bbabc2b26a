"""The dashboard under a base path behind a proxy, and translated by the browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mnistviz.ui.shared.page_registry import DRAW, EVALUATE, KERNELS, RUNS, TRAIN, PageEntry
from tests.helpers.browser import PATIENCE, draw, open_page, settle
from tests.helpers.proxy import Proxy
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVEN = [(70, 60), (200, 60), (120, 230)]
BASE_PATH = "/mnist"

# As a browser's translation does: each text moves into two `font` elements, new ones too.
TRANSLATE = """() => {
    const wrap = node => {
        const parent = node.parentElement
        const kept = 'font, script, style, textarea, svg'
        if (!node.data.trim() || !parent || parent.closest(kept)) return
        const outer = document.createElement('font'), inner = document.createElement('font')
        inner.textContent = node.data.toUpperCase()
        outer.append(inner)
        parent.replaceChild(outer, node)
    }
    const translate = root => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), texts = []
        while (walker.nextNode()) texts.push(walker.currentNode)
        texts.forEach(wrap)
    }
    translate(document.body)
    new MutationObserver(records => {
        for (const record of records) {
            if (record.type === 'characterData') wrap(record.target)
            for (const node of record.addedNodes) node.nodeType === 3 ? wrap(node) : translate(node)
        }
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""


@pytest.fixture
def server_under_a_path(home: Path, tmp_path: Path) -> Iterator[Server]:
    settings = {"STREAMLIT_SERVER_BASE_URL_PATH": BASE_PATH.strip("/")}
    started = Server(home, tmp_path / "server.log", settings=settings)
    yield started
    started.stop()
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_pages_drawings_and_uploads_work_under_a_path_behind_a_proxy(
    server_under_a_path: Server, browser: Browser, tmp_path: Path
) -> None:
    with Proxy(server_under_a_path.port) as proxy:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        elsewhere: list[str] = []
        here = (f"{proxy.url}{BASE_PATH}/", "data:", "blob:")
        page.on(
            "request", lambda one: None if one.url.startswith(here) else elsewhere.append(one.url)
        )
        page.goto(f"{proxy.url}{BASE_PATH}/draw")
        page.locator("canvas.upper-canvas").wait_for()
        settle(page)
        draw(page, SEVEN)
        expect(page.get_by_test_id("stMetricValue").first).to_have_text("7", timeout=PATIENCE)
        # Streamlit looks once for the app at the address of the page.
        assert [url for url in elsewhere if not url.startswith(here) and "_stcore" not in url] == []
        for entry in (RUNS, EVALUATE):
            page.get_by_test_id("stSidebarNav").get_by_role("link", name=entry.title).click()
            expect(page.get_by_role("heading", name=entry.title, exact=True)).to_be_visible()
            assert page.url.startswith(f"{proxy.url}{BASE_PATH}/{entry.name}")
        settle(page)
        page.reload()
        expect(page.get_by_role("heading", name=EVALUATE.title, exact=True)).to_be_visible()
        page.goto(f"{proxy.url}{BASE_PATH}/runs")
        page.get_by_role("button", name="Import a run").click()
        bad = tmp_path / "bad.zip"
        bad.write_bytes(b"no zip")
        page.get_by_test_id("stFileUploaderDropzoneInput").last.set_input_files(bad)
        expect(page.get_by_text("import: expected a zip").first).to_be_visible()
        context.close()


def test_a_translated_page_shows_its_own_heading_and_answers(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto("/train")
    settle(page)
    page.evaluate(TRANSLATE)

    def go(entry: PageEntry) -> None:
        page.get_by_test_id("stSidebarNav").locator(f'a[href*="/{entry.name}"]').first.click()
        expect(page.locator("h1")).to_have_text(entry.title.upper(), timeout=PATIENCE)

    for entry in (RUNS, KERNELS, TRAIN, DRAW):
        go(entry)
    page.locator("canvas.upper-canvas").wait_for()
    settle(page)
    draw(page, SEVEN)
    answer = page.get_by_test_id("stMetricValue").first
    expect(answer).to_have_text("7", timeout=PATIENCE)


def test_a_translated_heading_that_changes_on_its_page_follows(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    open_page(page, EVALUATE)
    page.evaluate(TRANSLATE)
    for is_a, read_as in (("6", "1"), ("5", "3")):
        for label, value in (("Is a", is_a), ("Read as", read_as)):
            field = page.locator(f'input[aria-label="{label}" i]').first
            field.fill(value)
            field.press("Tab")
            settle(page)
        heading = page.locator("h3").filter(has_text=f"OF A {is_a}, READ AS {read_as}")
        expect(heading).to_be_visible(timeout=PATIENCE)
