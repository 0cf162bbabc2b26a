"""A real server and a real browser. Whatever goes wrong on a page fails the test that saw it."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from mnistviz.ui.start.progress import COOKIE
from tests.helpers.server import Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container there is no sandbox; nothing of the browser's own may use the network.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str:
    """Path of a Chromium or Chrome. Skips the test where there is none, but never in CI."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    message = f"expected one of {', '.join(BROWSERS)} on the PATH, found none; install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[Server]:
    started = Server(home, tmp_path / "server.log")
    yield started
    started.stop()
    log = (tmp_path / "server.log").read_text(errors="replace")
    assert "Traceback" not in log, log


def console_problem(message: ConsoleMessage) -> list[str]:
    """An error and its address, but for Streamlit's own search for where the app is mounted.

    Opened at /train, it asks for /train/_stcore/… first and is told 404.
    """
    url = message.location["url"]
    searching = re.search(r"/\w+/_stcore/(health|host-config)$", url)
    return [f"{message.text} ({url})"] if message.type == "error" and not searching else []


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page that notes console errors, and requests that leave this machine: there are none."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url)
    # Somebody who was here before: `/` is the Overview, not Start here.
    context.add_cookies([{"name": COOKIE, "value": "0", "url": server.url}])
    opened = context.new_page()
    problems: list[str] = []
    opened.on("console", lambda message: problems.extend(console_problem(message)))
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.url, "data:", "blob:"))
            else problems.append(request.url)
        ),
    )
    yield opened
    problems += opened.get_by_test_id("stException").all_inner_texts()
    context.close()
    assert problems == []
