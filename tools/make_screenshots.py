"""Make the pictures of the README: `make screenshots`, or `python -m tools.make_screenshots`.

They are screenshots and one animation of the running app, in the Chromium or Chrome on the PATH. It
trains two runs for them, and draws a seven and a four.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tools import readme_animation

PROJECT = Path(__file__).parents[1]
TARGET = PROJECT / "docs" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SEVEN = ((70, 70), (205, 70), (130, 235))


def settle(page: Page) -> None:
    page.wait_for_timeout(500)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached", timeout=60_000)
    page.wait_for_timeout(1_500)


def go_to(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    settle(page)


def save(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=TARGET / f"{name}.png")
    print(TARGET / f"{name}.png")


def draw_seven(page: Page, pad: Locator) -> None:
    box = pad.bounding_box()
    if box is None:
        raise SystemExit("the pad did not appear")
    scale = box["width"] / 280
    for number, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=10)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    page.locator('.flow[data-by="python"]').wait_for(timeout=60_000)


def take_pictures(page: Page, url: str) -> None:
    # A first visit is led to Start here.
    page.goto(url)
    page.locator(".flow .pad").wait_for(timeout=60_000)
    settle(page)
    draw_seven(page, page.locator(".flow .pad"))
    page.get_by_test_id("stMain").get_by_role("radio", name="2 Layers").click()
    settle(page)
    page.get_by_role("radio", name="More than 10,000").click()
    page.locator(".flow .tile").first.wait_for()
    settle(page)
    save(page, "start")

    go_to(page, "Overview")
    save(page, "overview")

    go_to(page, "Microscope")
    page.get_by_role("button", name="Fill the map").first.click()
    save(page, "microscope")

    go_to(page, "Kernels")
    page.get_by_role("radio", name="conv2").click()
    settle(page)
    save(page, "kernels")

    go_to(page, "Feature maps")
    save(page, "feature_maps")

    go_to(page, "Evaluate")
    page.get_by_role("radio", name="Mistakes").click()
    settle(page)
    save(page, "evaluate")

    go_to(page, "How many channels?")
    save(page, "channels")

    go_to(page, "Draw")
    # The seven of Start here is on the canvas.
    page.locator("canvas.upper-canvas").wait_for()
    page.get_by_text("It reads", exact=True).wait_for(timeout=60_000)
    settle(page)
    save(page, "draw")

    go_to(page, "Train")
    page.get_by_role("button", name="Try it out").click()
    page.get_by_text("Epoch 3 of 3").wait_for(timeout=readme_animation.PATIENCE)
    page.set_viewport_size({"width": 1280, "height": 1120})
    page.wait_for_timeout(1_500)
    save(page, "train")


def main() -> None:
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        raise SystemExit(f"expected one of {', '.join(BROWSERS)} on the PATH, found none")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as home:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "app.py"),
                *("--server.headless", "true", "--server.port", str(port)),
            ],
            cwd=PROJECT,
            env={**os.environ, "MNISTVIZ_HOME": home},
        )
        try:
            while True:
                try:
                    urllib.request.urlopen(f"{url}/_stcore/health").close()  # noqa: S310
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
                )
                page = browser.new_page(viewport={"width": 1280, "height": 860})
                take_pictures(page, url)
                # By another person, who has drawn nothing yet.
                page = browser.new_context().new_page()
                readme_animation.record(page, url, TARGET / "tour.webp")
                print(TARGET / "tour.webp")
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
