"""The Evaluate page in a real browser: from a number to its images, and on to all pages."""

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.predictions import in_cell
from mnistviz.runs import registry
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.ui.evaluate import evaluated_set
from tests.helpers.browser import PATIENCE, chart, go_to, hover_text, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def click(page: Page) -> None:
    page.mouse.down()
    page.mouse.up()


def as_idx(array: np.ndarray) -> bytes:
    """An array of bytes in MNIST's own format, packed."""
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes())


def test_from_a_cell_to_its_images_to_all_pages(page: Page, tmp_path: Path) -> None:
    page.goto("/evaluate")
    expect(page.get_by_text("Read wrong", exact=True)).to_be_visible(timeout=PATIENCE)
    settle(page)
    best = registry.find_run("best")
    found = evaluated_set.answers(latest_snapshot(best), evaluated_set.test_set(None))
    inside = in_cell(found, 9, 4)
    matrix = chart(page, "evaluate_confusion")
    # Ten rows and columns: the middle of row 9, column 4.
    said = hover_text(page, matrix, 4.5 / 10, 9.5 / 10)
    assert said.startswith(f"9, read as 4: {len(inside)} images")
    click(page)
    expect(
        page.get_by_role("heading", name=f"{len(inside)} images of a 9, read as 4")
    ).to_be_visible(timeout=PATIENCE)
    settle(page)
    gallery = page.locator("[class*=st-key-evaluate_cell_9_4] .js-plotly-plot")
    said = hover_text(page, gallery, 0.02, 0.5)
    assert said.startswith(f"test image {inside[0]}: a 9, read as 4")
    click(page)
    expect(page).to_have_url(re.compile(rf"image={inside[0]}\b"))
    expect(page.get_by_role("heading", name=f"Test image {inside[0]}")).to_be_visible()
    settle(page)
    page.get_by_role("radio", name="ambiguous").click()
    settle(page)
    page.get_by_role("link", name="Why this answer?").last.click()
    expect(page.get_by_role("heading", name="Why this answer?", exact=True)).to_be_visible()
    expect(page.get_by_text(f"Test image {inside[0]}, a 9").first).to_be_visible()

    go_to(page, "Evaluate")
    settle(page)
    page.get_by_role("radio", name="Labels in doubt").click()
    expect(page.get_by_text("Worth a look")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("radio", name="Export").click()
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Predictions (CSV)").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10_001
    assert lines[1 + inside[0]].startswith(f"{inside[0]},9,4,0,")

    # A set in MNIST's own format; one label is wrong on purpose.
    data = load_mnist()
    labels = data.y_train[:20].copy()
    labels[3] = (labels[3] + 1) % 10
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(as_idx(data.x_train[:20]))
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(as_idx(labels))
    page.get_by_role("radio", name="My data set").click()
    page.locator("input[type=file]").first.set_input_files(sorted(tmp_path.glob("t10k*")))
    expect(page.get_by_text("on 20 images of t10k-images-idx3-ubyte.gz")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("radio", name="Mistakes").click()
    expect(page.get_by_text("1 mistake", exact=True)).to_be_visible(timeout=PATIENCE)
    gallery = page.locator("[class*=st-key-evaluate_wrong] .js-plotly-plot")
    assert hover_text(page, gallery, 0.05, 0.5).startswith(f"image 3: a {labels[3]}, read as")
    click(page)
    # It stands where the drawing would, under its own name, on all pages.
    name = f"Image 3 of t10k-images-idx3-ubyte.gz, a {labels[3]}"
    expect(page.get_by_test_id("stSidebar").get_by_text(name)).to_be_visible(timeout=PATIENCE)
    go_to(page, "Feature maps")
    settle(page)
    expect(page.get_by_test_id("stSidebar").get_by_text(name)).to_be_visible()
