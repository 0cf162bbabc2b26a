"""What is clicked in the views of a network's inside, and what then stands on the screen."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from mnistviz.charts.appearance import DARK, LIGHT
from mnistviz.runs import snapshots
from tests.helpers.browser import COUNT_DRAWINGS, DRAWINGS, PATIENCE, chart, go_to, settle
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def click_at(page: Page, key: str, x: float, y: float) -> None:
    """Click the place of a chart that stands for the values x and y of its axes."""
    plot = chart(page, key)
    expect(plot).to_have_count(1, timeout=PATIENCE)
    plot.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    script = """([key, x, y]) => {
        const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`);
        const {left, top} = plot.getBoundingClientRect(), layout = plot._fullLayout;
        return [left + layout._size.l + layout.xaxis.d2p(x),
                top + layout._size.t + layout.yaxis.d2p(y)];
    }"""
    left, top = page.evaluate(script, [key, x, y])
    page.mouse.move(left - 1, top)
    page.mouse.move(left, top)
    page.wait_for_timeout(200)
    page.mouse.down()
    page.mouse.up()
    settle(page)


def place_of(page: Page, key: str, trace: int, datum: list[object]) -> tuple[float, float]:
    """Where the point with a custom datum lies in a chart."""
    script = """([key, trace, datum]) => {
        const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`);
        const points = plot._fullData[trace];
        const index = [...points.customdata].findIndex(
            one => JSON.stringify(Array.from(one)) === JSON.stringify(datum));
        return [points.x[index], points.y[index]];
    }"""
    expect(chart(page, key)).to_have_count(1, timeout=PATIENCE)
    x, y = page.evaluate(script, [key, trace, datum])
    return x, y


def test_what_is_clicked_is_what_is_shown(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto("/kernels?run=reference&image=7")
    expect(chart(page, "kernels")).to_have_count(1, timeout=PATIENCE)
    settle(page)
    page.get_by_role("radio", name="conv2").click()
    settle(page)
    click_at(page, "kernels", *place_of(page, "kernels", 1, [4, 11]))
    expect(page.get_by_role("spinbutton", name="Input channel")).to_have_value(
        "4", timeout=PATIENCE
    )
    expect(page.get_by_role("spinbutton", name="Output channel")).to_have_value(
        "11", timeout=PATIENCE
    )
    weights = snapshots.read(snapshots.find("reference"))
    kernel = weights["conv2"]["kernel"][:, :, 4, 11]
    shown = chart(page, "one_kernel").locator(".annotation-text").all_text_contents()
    numbers = [float(text.replace("−", "-")) for text in shown]
    np.testing.assert_allclose(numbers, kernel.ravel(), atol=5.1e-5)

    go_to(page, "Feature maps")
    settle(page)
    script = """() => [...document.querySelector('.st-key-whole .js-plotly-plot')._fullData]
        .findIndex(one => one.customdata)"""
    expect(chart(page, "whole")).to_have_count(1, timeout=PATIENCE)
    trace = page.evaluate(script)
    click_at(page, "whole", *place_of(page, "whole", trace, ["conv5", 14]))
    expect(page.get_by_role("spinbutton", name="Channel")).to_have_value("14", timeout=PATIENCE)
    expect(page.get_by_text("Each value is computed from 12×12 pixels")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("button", name="Make its preferred input").click()
    expect(page.get_by_text("The channel answers to it with")).to_be_visible(timeout=PATIENCE)

    a_channel_is_clicked_off(page)

    go_to(page, "Map of digits")
    expect(chart(page, "map_clicked")).to_have_count(1, timeout=PATIENCE)
    settle(page)
    x, y, image = outermost_point(page)
    chart(page, "map_clicked").evaluate("plot => { plot.drawn_before = true }")
    click_at(page, "map_clicked", x, y)
    expect(page).to_have_url(re.compile(rf"image={image}\b"), timeout=PATIENCE)
    settle(page)
    # The star moves there; of the map, nothing is drawn anew.
    star = chart(page, "map_clicked").locator("[title]")
    expect(star).to_have_attribute("title", re.compile(f"test image {image}, "))
    assert distance_of_the_star(page, x, y) < 1
    assert chart(page, "map_clicked").evaluate("plot => plot.drawn_before")
    page.mouse.wheel(0, -300)
    expect(chart(page, "map_clicked")).to_have_count(1)
    page.wait_for_timeout(500)
    assert distance_of_the_star(page, x, y) < 1
    click_at(page, "map_neighbours", 42, 14)
    expect(page).not_to_have_url(re.compile(rf"image={image}\b"), timeout=PATIENCE)


def distance_of_the_star(page: Page, x: float, y: float) -> float:
    """Pixels between the middle of the star and where the map shows the place (x, y)."""
    script = """([x, y]) => {
        const plot = document.querySelector('.st-key-map_clicked .js-plotly-plot');
        const {left, top} = plot.getBoundingClientRect(), layout = plot._fullLayout;
        const star = plot.querySelector('[title]').getBoundingClientRect();
        return Math.hypot(
            left + layout._size.l + layout.xaxis.d2p(x) - star.left - star.width / 2,
            top + layout._size.t + layout.yaxis.d2p(y) - star.top - star.height / 2);
    }"""
    return float(page.evaluate(script, [x, y]))


def outermost_point(page: Page) -> tuple[float, float, int]:
    """The leftmost point of the map, which no other covers, and the number of its image."""
    script = """() => {
        const plot = document.querySelector('.st-key-map_clicked .js-plotly-plot');
        const points = plot._fullData.filter(trace => trace.customdata).flatMap(trace =>
            [...trace.x].map((x, row) => [x, trace.y[row], trace.customdata[row]]));
        return points.reduce((one, other) => one[0] < other[0] ? one : other);
    }"""
    x, y, image = page.evaluate(script)
    return x, y, image


def a_channel_is_clicked_off(page: Page) -> None:
    go_to(page, "Why this answer?")
    strips = page.locator("[class*='st-key-why_strips_'] .js-plotly-plot")
    expect(strips).to_have_count(1, timeout=PATIENCE)
    settle(page)
    click_at(page, "why_strips_0", 3, 2)
    expect(page.get_by_text("conv3 · 3", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(chart(page, "why-maps")).to_have_count(1, timeout=PATIENCE)


def test_each_chart_is_drawn_once(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto("/runs?run=reference&image=7")
    settle(page)
    page.evaluate(COUNT_DRAWINGS)
    for title, charts in {"Kernels": 6, "Microscope": 1, "Why this answer?": 2, "Film": 5}.items():
        go_to(page, title)
        settle(page)
        drawn = page.locator(".js-plotly-plot .main-svg:first-child")
        expect(drawn).to_have_count(charts, timeout=PATIENCE)
        page.wait_for_timeout(500)
        assert page.evaluate(DRAWINGS) == [1] * charts, title
        assert room_that_lacks(page) < 1, title
        layer = page.get_by_test_id("stMain").get_by_role("radio", name="conv2", exact=True)
        # Its kernels and sums have axes.
        layer.first.click()
        settle(page)
        page.wait_for_timeout(500)
        assert room_that_lacks(page) < 1, f"conv2 on {title}"


def room_that_lacks(page: Page) -> float:
    """Pixels that labels need more than a chart leaves: Plotly draws it again within the rest."""
    script = """() => Math.max(...[...document.querySelectorAll('.js-plotly-plot')].flatMap(plot =>
        [...'lrtb'].map(side => plot._fullLayout._size[side] - plot.layout.margin[side])))"""
    return float(page.evaluate(script))


@pytest.mark.parametrize("density", [1, 2])
def test_the_map_has_the_pixels_of_the_screen(
    browser: Browser, server: Server, density: int
) -> None:
    context = browser.new_context(device_scale_factor=density, base_url=server.url)
    page = context.new_page()
    page.goto("/embedding?run=reference")
    settle(page)
    page.wait_for_function(
        """density => {
            const canvas = document.querySelector('.st-key-map_clicked canvas');
            return canvas?.clientWidth > 0 && canvas.width === canvas.clientWidth * density;
        }""",
        arg=density,
        timeout=PATIENCE,
    )
    context.close()


def test_charts_turn_dark_with_the_page(page: Page) -> None:
    page.goto("/?run=reference")
    settle(page)
    label = chart(page, "network").locator(".ytick text").first
    expect(label).to_have_css("fill", as_rgb(LIGHT.text))
    page.get_by_test_id("stMainMenu").get_by_role("button").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(label).to_have_css("fill", as_rgb(DARK.text), timeout=PATIENCE)


def as_rgb(colour: str) -> str:
    return f"rgb{tuple(bytes.fromhex(colour[1:]))}"
