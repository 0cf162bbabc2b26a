"""A newcomer's way: design a network, import Fashion-MNIST, train, look, export, run the notebook.

Every step is one that the page before names.
"""

import gzip
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from mnistviz.digits.data_sets.known_sets import FASHION
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import registry
from mnistviz.runs.run_state import run_state
from tests.helpers.browser import PATIENCE, settle
from tests.helpers.data_set_files import idx
from tests.helpers.made_runs import BUNDLED

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.process]

ROW_HEIGHT = 35
NAME = "my clothes"


def fashion_files(folder: Path) -> list[Path]:
    """Four files of Fashion-MNIST's layout, with images of MNIST: 400 to train on, 200 to test."""
    data = load_mnist()
    written = []
    for part, images, labels in (
        ("train", data.x_train[:400], data.y_train[:400]),
        ("t10k", data.x_test[:200], data.y_test[:200]),
    ):
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            written.append(folder / f"fashion-mnist-{part}-{kind}-ubyte.gz")
            written[-1].write_bytes(gzip.compress(idx(array)))
    return written


def fill(page: Page, label: str, value: str) -> None:
    page.get_by_role("spinbutton", name=label, exact=True).fill(value)
    page.get_by_role("spinbutton", name=label, exact=True).press("Enter")
    settle(page)


def arrive(page: Page, title: str) -> None:
    page.get_by_role("heading", name=title, level=1).wait_for(timeout=PATIENCE)
    settle(page)


def design(page: Page) -> None:
    """Widen the first layer of the preset under 8,000 until the budget is full."""
    page.goto("/design")
    page.get_by_role("textbox", name="The network as text").wait_for(timeout=PATIENCE)
    settle(page)
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name="global average: 7,020 parameters").click()
    settle(page)
    fill(page, "Budget of parameters", "10000")
    fill(page, "Channels", "40")
    page.get_by_text("too many").wait_for(timeout=PATIENCE)
    fill(page, "Channels", "36")
    expect(page.get_by_text("left; ")).to_contain_text(re.compile(r"9,\d{3} of 10,000"))
    page.get_by_role("button", name="Train this network").click()
    arrive(page, "Train")


def import_fashion(page: Page, files: list[Path]) -> None:
    page.get_by_role("link", name="Train on images of your own").click()
    arrive(page, "Data sets")
    page.locator("input[type=file]").first.set_input_files(files)
    page.get_by_text("600 images of 10 classes").wait_for(timeout=PATIENCE)
    settle(page)
    names = page.get_by_role("textbox", name="Names of the classes")
    expect(names).to_have_value(", ".join(FASHION))
    page.get_by_role("textbox", name="Name of the data set").fill(NAME)
    page.get_by_role("button", name="Keep it under this name").click()
    page.get_by_role("button", name="Train on it").click(timeout=PATIENCE)
    arrive(page, "Train")


def train(page: Page) -> None:
    network = page.get_by_role("textbox", name="Your own network")
    expect(network).to_have_value(re.compile("^36C3-BN"), timeout=PATIENCE)
    page.get_by_text(re.compile(r"3\d\d images to train on")).wait_for(timeout=PATIENCE)
    fill(page, "Epochs", "1")
    fill(page, "Batch size", "60")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text(re.compile(r"Finished after \d+ of")).wait_for(timeout=PATIENCE)
    settle(page)


def look(page: Page) -> None:
    page.get_by_role("link", name="See what it learned").click()
    arrive(page, "Kernels")
    page.locator(".js-plotly-plot").first.wait_for(timeout=PATIENCE)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Evaluate").click()
    arrive(page, "Evaluate")
    for name in ("Sandal", "Ankle boot"):
        page.locator(".js-plotly-plot text", has_text=name).first.wait_for(
            state="attached", timeout=PATIENCE
        )


def export(page: Page) -> tuple[Download, Download]:
    """The hand-in as HTML, and the Keras notebook."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Runs", exact=True).click()
    arrive(page, "Runs")
    # The grid is drawn on a canvas: there is nothing else to take hold of.
    grid = page.get_by_test_id("stDataFrame").first.locator("canvas").first
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + ROW_HEIGHT * (len(BUNDLED) + 1.5))
    settle(page)
    page.get_by_role("button", name="Take it elsewhere").click()
    found = []
    for name in ("Hand-in, HTML", "Keras notebook"):
        with page.expect_download(timeout=PATIENCE) as download:
            page.get_by_role("button", name=name).click(timeout=PATIENCE)
        found.append(download.value)
    return found[0], found[1]


def test_a_newcomer_gets_from_the_designer_to_a_notebook_that_runs(
    page: Page, tmp_path: Path
) -> None:
    design(page)
    import_fashion(page, fashion_files(tmp_path))
    train(page)
    look(page)
    hand_in, notebook = export(page)
    (run,) = [one for one in registry.list_runs() if not one.bundled]
    assert run_state(run) == "finished"
    assert run.spec.class_names == FASHION

    text = Path(hand_in.path()).read_text(encoding="utf-8")
    assert NAME in text
    assert "Ankle boot" in text
    assert f"{run.spec.model.parameters:,}" in text

    folder = tmp_path / "notebook"
    zipfile.ZipFile(notebook.path()).extractall(folder)
    (file,) = folder.glob("*.ipynb")
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    code = "\n\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "code")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.match(r"epoch 1: loss \d\.\d{4}, accuracy 0\.\d{4}", done.stdout)
