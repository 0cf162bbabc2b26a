"""The dashboard's server and a headless browser that visits it."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from mnistviz.core.assets import PROJECT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def serving() -> Iterator[tuple[psutil.Process, str]]:
    """Yield the process of the dashboard's server on a free port, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    server = subprocess.Popen(
        [sys.executable, *words, "--server.port", str(port)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health")
                break
            except urllib.error.URLError:
                if server.poll() is not None:
                    raise RuntimeError("the server died") from None
                time.sleep(0.1)
        yield psutil.Process(server.pid), f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def browsing(width: int = 1280) -> Iterator[Any]:
    """Yield a page of a headless browser."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit(f"expected one of {', '.join(BROWSERS)} on the PATH, found none")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page(viewport={"width": width, "height": 900})
        browser.close()
