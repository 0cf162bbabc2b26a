"""The animated picture of the README, made of screenshots of *Start here* in a browser."""

import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Page, ViewportSize

from mnistviz.ui.start import texts

WINDOW: ViewportSize = {"width": 1280, "height": 700}
# Pixels of the frames, which are smaller than the part of the window that they show.
WIDTH = 760
# A frame stays so many milliseconds; the last one of a scene stays longer.
FRAME, HOLD = 110, 1_600
QUALITY = 62
LARGEST = 1_500_000
# Milliseconds to wait for a training: TensorFlow loads slowly on a busy computer.
PATIENCE = 400_000
# The strokes of a four on a pad of 280 pixels.
FOUR = (((95, 55), (80, 150), (200, 150)), ((185, 60), (175, 235)))

Frames = list[tuple[Image.Image, int]]


def record(page: Page, url: str, target: Path) -> None:
    """Visit the stations of *Start here* and write what is seen to `target`, a WebP file."""
    page.set_viewport_size(WINDOW)
    frames: Frames = []
    page.goto(f"{url}/start?station=2")
    _choose(page, texts.LAYERS.answers[2])
    _draw(page, frames)
    _point_at_channels(page, frames)
    page.get_by_role("button", name="Next: Convolution").click()
    _convolve(page, frames)
    page.get_by_role("button", name="Next: Train").click()
    _train(page, frames)
    write(frames, target)


def write(frames: Frames, target: Path) -> None:
    """Write frames with their milliseconds as an animation that runs for ever."""
    pictures = [picture for picture, _ in frames]
    pictures[0].save(
        target,
        save_all=True,
        append_images=pictures[1:],
        duration=[milliseconds for _, milliseconds in frames],
        loop=0,
        quality=QUALITY,
        method=6,
    )
    size = target.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"expected at most {LARGEST:,} bytes in {target}, got {size:,}")


def _choose(page: Page, answer: str) -> None:
    page.get_by_test_id("stMain").get_by_role("radio", name=answer, exact=True).click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1_500)


def _take(page: Page, frames: Frames, milliseconds: int = FRAME) -> None:
    """Add what the main part of the page shows, without its menu."""
    box = page.locator(".stMainBlockContainer").bounding_box()
    if box is None:
        raise SystemExit("the page shows nothing")
    # Without the margins at its sides.
    left, right = box["x"] + 60, box["x"] + box["width"] - 60
    top, height = 50, WINDOW["height"] - 50
    clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": height}
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
    size = (WIDTH, round(WIDTH * picture.height / picture.width))
    frames.append((picture.resize(size, Image.Resampling.LANCZOS), milliseconds))


def _draw(page: Page, frames: Frames) -> None:
    """Draw a four: the maps follow the pen."""
    pad = page.locator(".flow .pad")
    pad.wait_for()
    page.wait_for_timeout(1_500)
    _take(page, frames, HOLD // 2)
    box = pad.bounding_box()
    if box is None:
        raise SystemExit("the pad did not appear")
    scale = box["width"] / 280
    for stroke in FOUR:
        for number, (x, y) in enumerate(_points(stroke)):
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
            if number == 0:
                page.mouse.down()
            elif number % 3 == 0:
                page.wait_for_timeout(60)
                _take(page, frames)
        page.mouse.up()
    page.locator('.flow[data-by="python"]').wait_for()
    page.wait_for_timeout(500)
    _take(page, frames, HOLD)


def _points(stroke: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """The points of a stroke, ten pixels apart."""
    points = []
    for (x0, y0), (x1, y1) in pairwise(stroke):
        steps = max(abs(x1 - x0), abs(y1 - y0)) // 10
        for step in range(steps):
            share = step / steps
            points.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
    return [*points, stroke[-1]]


def _point_at_channels(page: Page, frames: Frames) -> None:
    for layer, channel in (("conv1", 6), ("conv2", 3), ("conv3", 12), ("conv5", 2)):
        page.locator(".flow").get_by_label(f"{layer}, channel {channel}", exact=True).hover()
        page.wait_for_timeout(150)
        _take(page, frames, HOLD // 2)


def _convolve(page: Page, frames: Frames) -> None:
    """Let the window slide over the digit, until it has painted most of the map."""
    _choose(page, texts.CONVOLUTION.answers[0])
    part = page.locator(".st-key-start_convolution")
    part.get_by_label("Speed").select_option("fast")
    _take(page, frames, HOLD // 2)
    part.get_by_role("button", name="Play").click()
    page.mouse.move(0, 0)
    for _ in range(26):
        page.wait_for_timeout(120)
        _take(page, frames)
    part.get_by_role("button", name="Fill the map").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    _take(page, frames, HOLD)


def _train(page: Page, frames: Frames) -> None:
    """Train a network: its answers to 20 digits turn from red to green."""
    _choose(page, texts.TRAIN.answers[2])
    _take(page, frames, HOLD // 2)
    page.get_by_role("button", name="Train a new network").click()
    page.get_by_text("The same 20 test images").first.wait_for(timeout=PATIENCE)
    page.mouse.move(0, 0)
    ended = page.get_by_text("Your network reads")
    for _ in range(100):
        _take(page, frames, 2 * FRAME)
        if ended.is_visible():
            break
        page.wait_for_timeout(700)
    page.get_by_text("It reads your own digit").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1_000)
    _take(page, frames, 2 * HOLD)
