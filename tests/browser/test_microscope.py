"""The Microscope in a browser: its numbers, its map, its keys, and how smooth it is."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.network.kernel_edits import with_kernel
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import find_run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.browser import PATIENCE, settle
from tests.helpers.convolution_oracle import convolve
from tests.helpers.own_networks import own_network_run
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUN = "reference"
IMAGE = 7


def open_microscope(page: Page, query: str = "") -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(f"/microscope?run={RUN}&image={IMAGE}{query}")
    expect(picture(page, "map")).to_be_visible(timeout=PATIENCE)
    settle(page)


def view(page: Page, name: str = "convolution") -> Locator:
    """A view of the page."""
    return page.locator(f".st-key-microscope_{name}")


def picture(page: Page, part: str) -> Locator:
    """The input or the map of the convolution."""
    return view(page).locator(f".{part} canvas")


def number(page: Page, step: str) -> float:
    """The exact number of a step of the convolution."""
    return float(view(page).locator(f".step-{step} b").get_attribute("data-value") or "nan")


def numbers(page: Page, grid: str) -> list[float]:
    """The exact numbers of a grid, row by row."""
    cells = view(page).locator(f".grid.{grid} .cell")
    return cells.evaluate_all("cells => cells.map(cell => Number(cell.dataset.value))")


def point_at(page: Page, part: str, row: float, column: float, size: Sequence[int]) -> None:
    """Move the pointer to a place of a picture with `size` (rows, columns)."""
    picture(page, part).scroll_into_view_if_needed()
    box = picture(page, part).bounding_box()
    assert box is not None
    x, y = (column + 0.5) / size[1] * box["width"], (row + 0.5) / size[0] * box["height"]
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.wait_for_timeout(100)


def values_of(layer: str, stage: str) -> np.ndarray:
    """The values of a stage of the network for the image, (height, width, channels) float32."""
    outputs = stages(load(latest_snapshot(find_run(RUN))), to_input(load_mnist().x_test[IMAGE]))
    return next(one.values for one in outputs if (one.layer, one.stage) == (layer, stage))


def test_the_numbers_of_a_place_are_those_of_the_network(page: Page) -> None:
    open_microscope(page)
    weights = snapshots.read(latest_snapshot(find_run(RUN)))
    image = to_input(load_mnist().x_test[IMAGE]).astype(np.float64)
    sums = convolve(image[..., np.newaxis], weights["conv1"]["kernel"], weights["conv1"]["bias"])
    point_at(page, "map", 9, 14, (26, 26))
    np.testing.assert_allclose(numbers(page, "patch"), image[9:12, 14:17].ravel(), atol=1e-7)
    kernel = weights["conv1"]["kernel"][:, :, 0, 0].ravel()
    np.testing.assert_allclose(numbers(page, "kernel"), kernel, atol=1e-7)
    assert number(page, "total") == pytest.approx(sums[9, 14, 0], abs=1e-5)
    for step, stage in (("activated", "relu"), ("normalized", "normalization")):
        value = values_of("conv1", stage)[9, 14, 0]
        assert number(page, step) == pytest.approx(value, abs=1e-5)
    # The middle of the window is where the pointer is on the input.
    point_at(page, "input", 4, 20, (28, 28))
    assert number(page, "total") == pytest.approx(sums[3, 19, 0], abs=1e-5)
    expect(page).to_have_url(re.compile(r"place=3(,|%2C)19"))
    # The same link shows the same place.
    page.reload()
    expect(picture(page, "map")).to_be_visible(timeout=PATIENCE)
    expect(view(page).locator(".step-total b")).to_have_attribute("data-value", re.compile(r"\d"))
    assert number(page, "total") == pytest.approx(sums[3, 19, 0], abs=1e-5)


def test_the_channels_of_a_deeper_layer_add_up_to_the_network_s_sum(page: Page) -> None:
    open_microscope(page, "&layer=conv5&channel=3&place=4,2")
    bars = page.locator(".bars rect")
    expect(bars).to_have_count(12)
    *parts, total = bars.evaluate_all("bars => bars.map(bar => Number(bar.dataset.value))")
    assert sum(parts) == pytest.approx(total, abs=1e-9)
    assert total == pytest.approx(values_of("conv5", "convolution")[4, 2, 3], abs=1e-5)
    page.get_by_role("button", name="Input channel 6 adds").click()
    assert sum(numbers(page, "products")) == pytest.approx(parts[6], abs=1e-9)


def painted(page: Page) -> int:
    """The number of values in the map that are painted."""
    script = """canvas => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        return data.filter((value, index) => index % 4 === 3 && value > 0).length
    }"""
    return int(picture(page, "map").evaluate(script))


def test_strides_padding_and_other_layers_have_the_network_s_numbers(page: Page) -> None:
    image = to_input(load_mnist().x_test[IMAGE])[np.newaxis]
    page.set_default_timeout(PATIENCE)
    for name, layers in (("strides", ("conv1", "depthwise1", "conv2")), ("two_pools", ("pool",))):
        network = load(latest_snapshot(own_network_run(name)))
        for layer in layers:
            page.goto(f"/microscope?run={name}&image={IMAGE}&layer={layer}&channel=1&place=2,3")
            shown = view(page, "pool" if layer == "pool" else "convolution")
            expect(shown.locator(".map canvas")).to_be_visible()
            settle(page)
            result = shown.locator(".step-result b, .step-activated b")
            value = float(result.get_attribute("data-value") or "nan")
            expected = network.outputs(image)[layer][0, 2, 3, 1]
            assert value == pytest.approx(expected, abs=1e-5), layer


def test_the_window_paints_the_map_when_it_plays_and_by_key(page: Page) -> None:
    open_microscope(page, "&place=5,5")
    assert painted(page) == 1
    picture(page, "map").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp", "End"):
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    assert painted(page) == 6
    expect(view(page).locator(".live")).to_contain_text("Row 4, column 25", timeout=PATIENCE)
    view(page).get_by_role("button", name="Empty it").click()
    assert painted(page) == 1
    view(page).get_by_label("Speed").select_option("very fast")
    picture(page, "map").press(" ")
    expect(view(page).get_by_role("button", name="Pause", exact=True)).to_be_visible()
    # It stops when the map is complete.
    expect(view(page).get_by_role("button", name="Play", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    assert painted(page) == 26 * 26


@pytest.mark.alone
def test_dragging_is_smooth_and_asks_nothing_of_the_server(page: Page) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_microscope(page)
    point_at(page, "map", 3, 3, (26, 26))
    page.wait_for_timeout(1500)
    before = len(sent)
    page.evaluate("""() => {
        window.frames = []
        const note = now => { window.frames.push(now); requestAnimationFrame(note) }
        requestAnimationFrame(note)
    }""")
    box = picture(page, "map").bounding_box()
    assert box is not None
    page.mouse.down()
    for turn in range(4):
        for share in np.linspace(0.05, 0.95, 60):
            x, y = (share, 0.2 + 0.2 * turn)
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    times = page.evaluate("window.frames")
    assert len(sent) == before
    page.mouse.up()
    assert painted(page) > 60
    assert np.median(np.diff(times)) <= 20


def test_an_edited_kernel_is_tried_and_taken_back(page: Page) -> None:
    open_microscope(page, "&place=9,14")
    own = numbers(page, "kernel")
    cell = page.get_by_role("spinbutton", name="kernel, row 2, column 3")
    cell.fill("-2.5")
    cell.press("Enter")
    expect(page.get_by_text("Right of 1,000 test images")).to_be_visible(timeout=PATIENCE)
    changed = numbers(page, "kernel")
    assert changed == [*own[:5], -2.5, *own[6:]]
    patch = np.array(numbers(page, "patch"))
    assert sum(numbers(page, "products")) == pytest.approx(patch @ changed, abs=1e-9)
    page.get_by_label("Kernels to try").select_option("blur")
    assert numbers(page, "kernel") == [1 / 9] * 9
    settle(page)
    network = load(latest_snapshot(find_run(RUN)))
    blur = with_kernel(network, "conv1", 0, np.full((3, 3, 1), 1 / 9, np.float32))
    test = load_mnist()
    right = (blur.logits(test.x_test[:1000]).argmax(axis=1) == test.y_test[:1000]).mean()
    accuracy = page.get_by_test_id("stMetric").filter(has_text="Right of 1,000 test images")
    expect(accuracy.get_by_test_id("stMetricValue")).to_have_text(f"{right:.1%}", timeout=PATIENCE)
    page.get_by_role("button", name="Undo").click()
    assert numbers(page, "kernel") == changed
    page.get_by_role("button", name="Back to the network's own").click()
    assert numbers(page, "kernel") == own
    expect(accuracy).to_have_count(0, timeout=PATIENCE)


def test_pooling_normalization_and_softmax_show_the_network_s_numbers(page: Page) -> None:
    open_microscope(page, "&layer=conv3&channel=2&place=8,8")
    norm = view(page, "normalization")
    norm.locator(".map canvas").press("ArrowUp")
    # The place is said when the window is at rest.
    page.wait_for_timeout(1000)
    row, column = map(int, re.findall(r"\d+", norm.locator(".live").inner_text())[:2])
    normalized = values_of("conv3", "normalization")
    shown = norm.locator(".step-normalized b").get_attribute("data-value") or "nan"
    assert float(shown) == pytest.approx(normalized[row, column, 2], abs=1e-5)

    page.get_by_role("radio", name="pool").click()
    pool = view(page, "pool")
    expect(pool.locator(".map canvas")).to_be_visible(timeout=PATIENCE)
    square = pool.locator(".square .cell").evaluate_all("cells => cells.map(c => +c.dataset.value)")
    np.testing.assert_allclose(square, normalized[16:18, 16:18, 2].ravel(), atol=1e-5)
    largest = pool.locator(".step-result b").get_attribute("data-value") or "nan"
    assert float(largest) == pytest.approx(values_of("pool", "pool")[8, 8, 2], abs=1e-5)

    page.get_by_role("radio", name="softmax").click()
    softmax = view(page, "softmax")
    expect(softmax.locator(".share")).to_have_count(10, timeout=PATIENCE)
    read = "cells => cells.map(cell => Number(cell.dataset.value))"
    shares = softmax.locator(".share").evaluate_all(read)
    expected = next(
        one.values
        for one in stages(
            load(latest_snapshot(find_run(RUN))), to_input(load_mnist().x_test[IMAGE])
        )
        if one.stage == "softmax"
    )
    np.testing.assert_allclose(shares, expected, atol=1e-5)
    answer = int(np.argmax(expected))
    other = softmax.get_by_role("slider", name=f"Score of {(answer + 1) % 10}")
    for _ in range(60):
        other.press("ArrowRight")
    changed = softmax.locator(".share").evaluate_all(read)
    assert int(np.argmax(changed)) == (answer + 1) % 10
    assert sum(changed) == pytest.approx(1)
    softmax.get_by_role("button", name="Back to the network's scores").click()
    assert softmax.locator(".share").evaluate_all(read) == shares


@pytest.mark.parametrize(
    ("width", "height", "scheme", "beside"),
    [
        (1280, 700, "light", True),
        (1280, 700, "dark", True),
        (820, 1180, "light", False),
        (390, 844, "dark", False),
    ],
)
def test_input_numbers_and_map_are_on_one_screen(
    browser: Browser, server: Server, width: int, height: int, scheme: str, beside: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        base_url=server.url,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    open_microscope(page)
    if not beside:
        picture(page, "input").evaluate("canvas => canvas.scrollIntoView()")
        page.wait_for_timeout(500)
    parts = (".input canvas", ".patch", ".kernel", ".products", ".steps", ".map canvas")
    boxes = [view(page).locator(part).bounding_box() for part in parts]
    for part, box in zip(parts, boxes, strict=True):
        assert box is not None, part
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= width, part
        assert box["y"] >= -1, part
        assert box["y"] + box["height"] <= height, part
    # In one row, the map is right of the numbers; on a narrow page, the numbers are below it.
    products, last = (box for box in (boxes[3], boxes[-1]) if box)
    assert (products["x"] + products["width"] < last["x"]) is beside
    context.close()
