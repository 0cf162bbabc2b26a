"""The Dockerfile's steps: as another user, with nothing to write to but the volume, in 1 GB."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mnistviz.ui.shared.page_registry import EVALUATE, FEATURE_MAPS, OVERVIEW, TRAIN
from tests.helpers.browser import PATIENCE, draw, settle
from tests.helpers.container import Container, arguments, copied_files

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.process]

SEVEN = [(70, 60), (200, 60), (120, 230)]
GIGABYTE = 10**9


@pytest.fixture
def container() -> Iterator[Container]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # Not below pytest's folder, which it closes to other users.
    with tempfile.TemporaryDirectory() as folder:
        started = Container(Path(folder), port)
        yield started
        started.stop()


def test_pages_a_drawing_and_a_training_need_one_gigabyte_and_a_volume(
    container: Container, browser: Browser
) -> None:
    container.wait()
    # Nothing else can be written to.
    assert container.run(["-c", "open('app.py', 'a')"]).returncode != 0
    context = browser.new_context(base_url=container.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    for entry in (OVERVIEW, TRAIN, FEATURE_MAPS, EVALUATE):
        page.goto(f"/{'' if entry is OVERVIEW else entry.name}")
        settle(page)
        assert page.get_by_test_id("stException").count() == 0, entry.title
    page.goto("/draw")
    page.locator("canvas.upper-canvas").wait_for()
    draw(page, SEVEN)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("7", timeout=PATIENCE)
    page.get_by_role("button", name="Right, it is a 7").click()
    expect(page.get_by_text("Kept in My digits as")).to_be_visible()
    context.close()
    assert container.most_memory < GIGABYTE
    # The container serves a class: each visitor has a space.
    assert len([*container.volume.glob("spaces/*/digits")]) == 1
    assert (container.volume / "teacher.secret").exists()
    assert "Traceback" not in container.log.read_text()
    words = ["--recipe", "try-out", "--epochs", "1", "--limit", "500"]
    done = container.run(["-m", "mnistviz", "train", *words])
    assert done.returncode == 0, done.stderr


def test_no_root_and_no_rubbish_in_the_image() -> None:
    assert not {"root", "0", "0:0"} & set(arguments("USER"))
    assert arguments("VOLUME") == ["/data"]
    names = {str(path) for path in copied_files()}
    assert {"app.py", "pages/draw.py", ".streamlit/config.toml", "requirements.txt"} <= names
    assert "mnistviz/assets/mnist.npz" in names
    assert not [name for name in names if name.startswith(("tests/", ".git/", "runs/"))]
