"""A real server and a real browser. Whatever goes wrong on a page fails the test that saw it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from mnistviz.core.assets import PROJECT

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


class Server:
    """`streamlit run app.py` on a free port, on a home folder of its own."""

    def __init__(self, home: Path, log: Path, folder: Path = PROJECT) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://localhost:{self.port}"
        self._log = log.open("wb")
        command = ["-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        self._process = subprocess.Popen(
            [sys.executable, *command, "--server.port", str(self.port)],
            cwd=folder,
            env={**os.environ, "MNISTVIZ_HOME": str(home)},
            stdout=self._log,
            stderr=self._log,
        )
        self._wait_until_it_listens()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):  # noqa: S310
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise TimeoutError("the server does not listen")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._log.close()


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
