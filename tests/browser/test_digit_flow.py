"""The digit in all layers, in a browser: the preview, Python's figures, one channel enlarged."""

from statistics import median
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from mnistviz.ui.shared.flow.digit_flow import image_of, strokes_of
from tests.helpers.browser import PATIENCE, draw_on, settle
from tests.helpers.hand_made_strokes import HAND_MADE
from tests.helpers.own_networks import OWN_NETWORKS, own_network_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What the browser shows: who computed it, the image and the output of each layer.
SHOWN = """flow => ({by: flow.shown.by, image: [...flow.shown.image], answer: flow.shown.answer,
    outputs: Object.entries(flow.shown.outputs).map(([name, values]) => [name, [...values]])})"""


def open_flow(page: Page) -> Locator:
    page.goto("/?run=best")
    flow = page.locator(".flow")
    expect(flow).to_have_attribute("data-by", "python", timeout=PATIENCE)
    settle(page)
    return flow


def shown(flow: Locator) -> dict[str, Any]:
    found: dict[str, Any] = flow.evaluate(SHOWN)
    return found


def test_the_preview_follows_the_pen_and_python_confirms_it(page: Page) -> None:
    flow = open_flow(page)
    snapshot = snapshots.latest_snapshot(registry.find_run("best"))
    assert snapshot is not None
    network = load(snapshot)
    for name in ("4", "7", "2"):
        flow.get_by_role("button", name="Clear").click(force=True)
        strokes = HAND_MADE[name]
        for number, stroke in enumerate(strokes):
            draw_on(page, flow.locator(".pad"), stroke, lift=number < len(strokes) - 1)
        preview = shown(flow)
        assert preview["by"] == "browser"
        expect(flow.locator(".origin")).to_contain_text("preview")
        # Five times a second, for each movement of the pen that the browser reports.
        durations = flow.evaluate("flow => flow.durations()")
        assert len(durations) >= 5
        assert median(durations) < 200, durations
        page.mouse.up()
        expect(flow).to_have_attribute("data-by", "python", timeout=PATIENCE)
        confirmed = shown(flow)

        # Python's figures are those of the drawing that the browser reported.
        reported = flow.evaluate("flow => flow.strokes()")
        image = image_of(strokes_of({"strokes": reported}))
        assert np.allclose(confirmed["image"], image.ravel(), atol=1e-6)
        # The two images differ by the anti-aliasing of two libraries, and the answers agree.
        difference = np.abs(np.array(preview["image"]) - image.ravel())
        assert difference.mean() < 0.01
        assert difference.max() < 0.2
        assert preview["answer"] == confirmed["answer"] == name

        # For its own image the browser computes what NumPy does.
        own = np.array(preview["image"], np.float32).reshape(1, 28, 28)
        outputs = network.outputs(own)
        for layer, values in preview["outputs"]:
            largest = np.abs(outputs[layer]).max()
            assert np.abs(outputs[layer].ravel() - values).max() <= 1e-5 * largest, layer


def test_layers_of_any_kind_are_computed_as_by_numpy(page: Page) -> None:
    for name in OWN_NETWORKS:
        snapshot = snapshots.latest_snapshot(own_network_run(name))
        page.goto(f"/?run={name}")
        flow = page.locator(".flow")
        expect(flow).to_have_attribute("data-by", "python", timeout=PATIENCE)
        settle(page)
        draw_on(page, flow.locator(".pad"), HAND_MADE["7"][0], lift=False)
        preview = shown(flow)
        page.mouse.up()
        assert preview["by"] == "browser"
        network = load(snapshot)
        outputs = network.outputs(np.array(preview["image"], np.float32).reshape(1, 28, 28))
        assert {layer for layer, _ in preview["outputs"]} >= {network.spec.scores_layer}
        for layer, values in preview["outputs"]:
            largest = np.abs(outputs[layer]).max()
            assert np.abs(outputs[layer].ravel() - values).max() <= 1e-5 * largest, (name, layer)
        expect(flow).to_have_attribute("data-by", "python", timeout=PATIENCE)


def test_a_channel_is_pointed_at_with_the_mouse_and_the_keyboard(page: Page) -> None:
    flow = open_flow(page)
    name = flow.locator(".name")
    flow.get_by_label("conv2, channel 3").hover()
    expect(name).to_have_text("conv2, channel 3")
    # Lit: all maps before it, and all after it.
    model = registry.find_run("best").spec.model
    lit = flow.locator(".tile.lit:not(.chosen)")
    expect(lit).to_have_count(model.channels[0] + model.channels[2])
    expect(flow.locator(".kernels canvas")).to_have_count(model.channels[0])
    expect(flow.locator(".numbers span")).to_have_count(9)

    flow.get_by_label("conv1, channel 0").focus()
    page.keyboard.press("ArrowDown")
    expect(name).to_have_text("conv1, channel 1")
    page.keyboard.press("ArrowRight")
    expect(name).to_have_text("conv2, channel 1")
    kernel = load(snapshots.latest_snapshot(registry.find_run("best"))).weights["conv1"]["kernel"]
    page.keyboard.press("ArrowLeft")
    numbers = flow.locator(".numbers span").all_inner_texts()
    expected = [f"{value:.2f}".replace("-", "−") for value in kernel[:, :, 0, 1].ravel()]
    assert numbers == expected


@pytest.mark.parametrize(("width", "height"), [(1280, 700), (390, 844)])
def test_all_layers_are_on_one_screen(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    flow = open_flow(page)
    part = flow if width > 500 else flow.locator(".layers")
    part.evaluate("part => part.scrollIntoView({block: 'center'})")
    expect(part).to_be_in_viewport(ratio=0.99)
    for tile in (flow.get_by_label("Input", exact=True), flow.get_by_label("Score of digit 9")):
        tile_box = tile.bounding_box()
        assert tile_box is not None
        assert tile_box["x"] >= 0
        assert tile_box["x"] + tile_box["width"] <= width
    flow.get_by_label("conv5, channel 2").click()
    expect(flow.locator(".detail")).to_be_in_viewport(ratio=0.9)
    expect(flow.locator(".name")).to_have_text("conv5, channel 2")
