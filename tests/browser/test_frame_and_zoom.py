"""The dashboard in a frame of another page, and at other zooms of the browser."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, expect

from mnistviz.digits.drawing import url_codec
from mnistviz.digits.mnist import load_mnist
from mnistviz.ui.shared.page_registry import DRAW, EMBEDDING, EVALUATE, KERNELS
from tests.helpers.browser import PATIENCE, draw, open_page, settle
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVEN = [(70, 60), (200, 60), (120, 230)]


@contextmanager
def page_with_frame(address: str) -> Iterator[int]:
    """A server of one page with `address` in a frame; yields its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{address}" width=900 height=800>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield other.server_port
        other.shutdown()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "seven.png"
    Image.fromarray(255 - load_mnist().x_test[0]).resize((200, 200)).save(file)
    return file


def choose_file(place: Page | FrameLocator) -> None:
    place.get_by_role("radio", name="Photo or file").click(timeout=PATIENCE)


def upload(place: Page | FrameLocator, picture: Path) -> None:
    field = place.get_by_test_id("stFileUploaderDropzoneInput")
    field.wait_for(state="attached", timeout=PATIENCE)
    field.set_input_files(picture)
    # On a narrow page the answer stands above the upload.
    answer = place.get_by_text("It reads 7").or_(place.get_by_test_id("stMetricValue"))
    expect(answer.first).to_contain_text("7", timeout=PATIENCE)


def test_in_a_frame_of_another_site_uploads_are_explained_and_work_in_their_own_tab(
    browser: Browser, server: Server, picture: Path
) -> None:
    with page_with_frame(f"{server.url}/draw?embed=true") as port:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("iframe")
        frame.locator("canvas.upper-canvas").wait_for(timeout=PATIENCE)
        expect(frame.get_by_test_id("stSidebarNav")).not_to_be_in_viewport()
        choose_file(frame)
        link = frame.get_by_role("link", name="Open it in a tab of its own")
        link.wait_for(timeout=PATIENCE)
        assert frame.get_by_test_id("stFileUploaderDropzoneInput").count() == 0
        with context.expect_page() as opened:
            link.click()
        tab = opened.value
        assert tab.url.startswith(f"{server.url}/draw")
        choose_file(tab)
        upload(tab, picture)
        context.close()


def test_in_a_frame_of_the_same_site_uploads_work(
    browser: Browser, server: Server, picture: Path
) -> None:
    with page_with_frame(f"{server.url}/draw?embed=true") as port:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://localhost:{port}/")
        frame = page.frame_locator("iframe")
        frame.locator("canvas.upper-canvas").wait_for(timeout=PATIENCE)
        choose_file(frame)
        upload(frame, picture)
        context.close()


# Of a window of 1280 pixels, in percent: the page has more or fewer pixels, of another size.
ZOOMS = (50, 150, 200)
# What sticks out of the page to the right: the page itself, a chart out of its place.
TOO_WIDE = """() => {
    const main = document.querySelector('[data-testid="stMain"]')
    const right = main.getBoundingClientRect().right
    const found = main.scrollWidth > main.clientWidth + 1 ? ['the page'] : []
    for (const chart of document.querySelectorAll('.js-plotly-plot')) {
        const box = chart.querySelector('svg').getBoundingClientRect()
        const place = chart.closest('[data-testid="stPlotlyChart"]').getBoundingClientRect()
        if (box.right > right + 1 || box.width > place.width + 1 || box.height > place.height + 1)
            found.push(`a chart of ${Math.round(box.width)} in ${Math.round(place.width)}`)
    }
    return found
}"""


@pytest.mark.parametrize("zoom", ZOOMS)
def test_pages_fit_and_the_pen_draws_where_it_is_at_every_zoom(
    browser: Browser, server: Server, zoom: int
) -> None:
    context = browser.new_context(
        viewport={"width": 1280 * 100 // zoom, "height": 900 * 100 // zoom},
        device_scale_factor=zoom / 100,
        base_url=server.url,
    )
    page = context.new_page()
    for entry in (KERNELS, EMBEDDING, EVALUATE):
        open_page(page, entry)
        assert page.evaluate(TOO_WIDE) == [], (entry.title, zoom)
    page.goto("/draw")
    page.locator("canvas.upper-canvas").wait_for(timeout=PATIENCE)
    settle(page)
    page.wait_for_timeout(500)
    settle(page)
    page.locator("canvas.upper-canvas").scroll_into_view_if_needed()
    draw(page, SEVEN)
    page.wait_for_url(lambda url: "drawing=" in url, timeout=PATIENCE)
    (stroke,) = url_codec.from_text(parse_qs(urlsplit(page.url).query)["drawing"][0]).strokes
    for x, y in SEVEN:
        assert np.hypot(stroke[:, 0] - x, stroke[:, 1] - y).min() < 8, (zoom, stroke)
    answer = page.get_by_text("It reads 7").or_(page.get_by_test_id("stMetricValue"))
    expect(answer.first).to_contain_text("7", timeout=PATIENCE)
    assert page.evaluate(TOO_WIDE) == [], (DRAW.title, zoom)
    context.close()
