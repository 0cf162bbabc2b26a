"""Charts as pictures and as numbers, and on paper."""

import csv
import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Download, Page, ViewportSize, expect

from mnistviz.ui.shared.page_registry import EVALUATE, FEATURE_MAPS, PAGES, START, TRAIN
from tests.helpers.browser import chart, open_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MATRIX = "evaluate_confusion"
# Pixels of an A4 sheet, of 96 to the inch.
SHEET: ViewportSize = {"width": 794, "height": 1123}
SCREEN: ViewportSize = {"width": 1280, "height": 900}


def save(page: Page, kind: str, name: str) -> Download:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"{kind} of: {name}").first.click()
    return download.value


def rows_of(download: Download) -> list[dict[str, str]]:
    text = Path(download.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_chart_is_saved_as_png_svg_and_numbers(page: Page) -> None:
    open_page(page, EVALUATE)
    drawn = chart(page, MATRIX).bounding_box()
    assert drawn is not None
    page.get_by_text("Save the charts of this page").click()
    png = save(page, "PNG", "Confusion matrix")
    assert png.suggested_filename == f"mnistviz-evaluate-{MATRIX}.png"
    picture = Image.open(png.path())
    assert picture.width == pytest.approx(3 * drawn["width"], abs=3)
    assert len(set(picture.convert("L").tobytes())) > 20
    svg = Path(save(page, "SVG", "Confusion matrix").path()).read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert ">1133<" in svg
    rows = rows_of(save(page, "CSV", "Confusion matrix"))
    read_right = [row for row in rows if (row["x"], row["y"], row["text"]) == ("1", "1", "1133")]
    assert [row["z"] for row in read_right] == ["1133"]


def test_all_numbers_of_a_page_are_one_file(page: Page) -> None:
    open_page(page, FEATURE_MAPS)
    page.get_by_text("Save the charts of this page").click()
    names = page.locator(".st-key-chart_files li span").all_inner_texts()
    assert len(names) == page.locator(".js-plotly-plot:visible").count()
    with page.expect_download() as download:
        page.get_by_role("button", name="All numbers of this page").click()
    rows = rows_of(download.value)
    assert {row["chart"] for row in rows} == set(names)
    of_map = [row for row in rows if row["chart"] == "The map of conv1, channel 0"]
    assert len(of_map) == 26 * 26
    assert all(float(row["z"]) >= 0 for row in of_map)


def test_small_charts_are_not_covered_and_a_page_without_charts_offers_none(page: Page) -> None:
    open_page(page, FEATURE_MAPS)
    expect(page.locator(".modebar-container").first).to_be_hidden()
    open_page(page, TRAIN)
    expect(page.get_by_text("Save the charts of this page")).to_be_visible()
    open_page(page, START)
    if page.locator(".js-plotly-plot").count() == 0:
        expect(page.get_by_text("Save the charts of this page")).to_be_hidden()


# ---------------------------------------------------------------- on paper


def test_pages_are_printed_whole_without_their_sidebar(page: Page) -> None:
    for entry in PAGES:
        page.emulate_media(media="screen")
        page.set_viewport_size(SCREEN)
        open_page(page, entry)
        page.set_viewport_size(SHEET)
        page.emulate_media(media="print")
        expect(page.get_by_test_id("stSidebar")).to_be_hidden()
        expect(page.get_by_test_id("stHeader")).to_be_hidden()
        cut = page.evaluate(
            """width => [...document.querySelectorAll('.js-plotly-plot')]
                .filter(plot => plot.getClientRects().length)
                .map(plot => plot.querySelector('.main-svg').getBoundingClientRect())
                .filter(box => box.left < 0 || box.right > width || !box.height)
                .map(box => [box.left, box.right, box.height])""",
            SHEET["width"],
        )
        assert cut == [], entry.name
        # Nothing scrolls within the page: what does is cut off on paper.
        assert page.evaluate(
            """() => [...document.querySelectorAll('.stApp, [data-testid=stMain]')]
                .every(box => getComputedStyle(box).overflowY === 'visible')"""
        ), entry.name


def test_a_chart_is_on_one_sheet(page: Page, tmp_path: Path) -> None:
    open_page(page, EVALUATE)
    file = tmp_path / "evaluate.pdf"
    page.pdf(path=file, format="A4")
    pdf = pypdfium2.PdfDocument(file)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in pdf]
    assert len(texts) > 1
    assert "Evaluate" in texts[0]
    assert "Map of digits" not in "".join(texts)
    (matrix,) = [text for text in texts if "1133" in text]
    # The last row of the confusion matrix and the title below it.
    assert "1004" in matrix
    assert "read as" in matrix
