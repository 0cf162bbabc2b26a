"""The Runs page in a real browser: what a person does to their runs."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnistviz.runs import registry
from tests.helpers.browser import PATIENCE, chart, hover_text, settle
from tests.helpers.made_runs import BUNDLED, EIGHT, TEN, give_weights, make_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROW_HEIGHT = 35


def tick(page: Page, row: int) -> None:
    """Click the box before a row of the table, counted from 0."""
    # The grid is drawn on a canvas: there is nothing else to take hold of.
    grid = page.get_by_test_id("stDataFrame").first.locator("canvas").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + ROW_HEIGHT * (row + 1.5))
    settle(page)


def wait_for_curves(page: Page, *names: str) -> None:
    """Wait until the browser has drawn these curves and no others."""
    script = """names => {
        const plots = [...document.querySelectorAll(".st-key-compare-accuracy .js-plotly-plot")];
        const drawn = plots.map(plot => (plot.data ?? []).map(trace => trace.name).join());
        return drawn.includes(names.join());
    }"""
    page.wait_for_function(script, arg=list(names), timeout=PATIENCE)
    settle(page)


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Sections of the page follow one another, and the first chart brings Plotly."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def made(home: Path) -> None:
    """Two runs of a person's own, made before the server starts."""
    give_weights(make_run("ten", 0.9, TEN), 0, 10, 20)
    make_run("eight", 0.95, EIGHT)


@pytest.mark.usefixtures("made")
def test_a_person_compares_names_deletes_and_brings_back(page: Page, tmp_path: Path) -> None:
    page.goto("/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    settle(page)
    expect(page.get_by_text(f"{len(BUNDLED) + 2} runs. Click a column")).to_be_visible()

    # The table: bundled runs, then eight and ten. Two curves over each other.
    tick(page, len(BUNDLED))
    tick(page, len(BUNDLED) + 1)
    expect(page.get_by_text("2 runs chosen")).to_be_visible()
    wait_for_curves(page, "eight", "ten")
    text = hover_text(page, chart(page, "compare-accuracy"), 0.99, 0.02)
    assert re.search(r"(eight|ten), validation\s*epoch 2.00: accuracy 9\d.00%", text), text
    expect(page.get_by_role("heading", name="Difference")).to_be_visible()

    # A chosen run stays chosen while a filter hides it.
    search = page.get_by_placeholder("Search name, recipe, channels or note")
    search.fill("8/16/32")
    search.press("Enter")
    expect(page.get_by_text(f"1 of {len(BUNDLED) + 2} runs pass the filters.")).to_be_visible()
    expect(page.get_by_text("2 runs chosen")).to_be_visible()
    tick(page, 0)
    search.fill("")
    search.press("Enter")
    settle(page)
    expect(page.get_by_role("strong").get_by_text("ten", exact=True)).to_be_visible()

    rename(page, "renamed")
    delete_and_bring_back(page)
    take_along(page, tmp_path)


def rename(page: Page, name: str) -> None:
    page.get_by_role("button", name="Name", exact=False).first.click()
    box = page.get_by_role("textbox", name="Name")
    box.fill(name)
    box.press("Enter")
    expect(page.get_by_text("ten is now renamed.")).to_be_visible()
    settle(page)
    assert registry.find_run("renamed").name == "renamed"


def delete_and_bring_back(page: Page) -> None:
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted renamed.")).to_be_visible()
    expect(page.get_by_text(f"{len(BUNDLED) + 1} runs. Click")).to_be_visible()
    assert [run.name for run in registry.deleted_runs()] == ["renamed"]
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("renamed came back.")).to_be_visible()
    expect(page.get_by_text(f"{len(BUNDLED) + 2} runs. Click")).to_be_visible()
    settle(page)
    assert registry.deleted_runs() == []


def take_along(page: Page, tmp_path: Path) -> None:
    """Export the chosen run, and import it again."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Make and download the zip").click()
    file = tmp_path / "renamed.zip"
    download.value.save_as(file)
    assert download.value.suggested_filename == "renamed.zip"
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert {"model.keras", "weights.npz", "snapshots/step-0000010.npz"} <= set(names)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Import a run").click()
    page.locator("input[type=file]").set_input_files(file)
    imported = page.get_by_text("Imported as renamed-2, for renamed is here already.")
    expect(imported).to_be_visible()
    assert {run.name for run in registry.list_runs()} == {
        *BUNDLED,
        "eight",
        "renamed",
        "renamed-2",
    }
