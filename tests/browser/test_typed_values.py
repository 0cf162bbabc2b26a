"""Values that are typed, followed at once by a click or a tap on the button: they count."""

import time

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Locator, Page

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import desired_state, registry
from mnistviz.runs.registry import Run
from tests.helpers.browser import PATIENCE, settle
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 30


def open_train_page(browser: Browser, server: Server, run: Run | None, *, touch: bool) -> Page:
    size = {"width": 390, "height": 844} if touch else {"width": 1280, "height": 900}
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        has_touch=touch,
        is_mobile=touch,
        base_url=server.url,
    )
    page = context.new_page()
    page.goto(f"/train?run={run.name}" if run else "/train")
    page.get_by_text("Choose your own settings").wait_for(timeout=PATIENCE)
    settle(page)
    return page


def press(button: Locator, *, touch: bool) -> None:
    button.scroll_into_view_if_needed()
    if touch:
        button.tap()
    else:
        button.click()


def run_named(name: str) -> Run:
    """The run of that name, as soon as there is one."""
    deadline = time.monotonic() + SECONDS
    while True:
        for run in registry.list_runs():
            if run.name == name:
                return run
        assert time.monotonic() < deadline, [run.name for run in registry.list_runs()]
        time.sleep(0.1)


@pytest.mark.parametrize("touch", [False, True])
def test_a_training_starts_with_what_was_typed(
    browser: Browser, server: Server, touch: bool
) -> None:
    page = open_train_page(browser, server, None, touch=touch)
    press(page.get_by_text("Choose your own settings"), touch=touch)
    page.get_by_role("spinbutton", name="Epochs").first.fill("7")
    page.get_by_role("spinbutton", name="Seed").first.fill("11")
    page.get_by_role("textbox", name="Name", exact=True).fill("typed")
    press(page.get_by_role("button", name="Start training"), touch=touch)
    train = run_named("typed").spec.train
    assert (train.epochs, train.seed) == (7, 11)
    page.context.close()


@pytest.mark.parametrize("touch", [False, True])
def test_a_learning_rate_is_set_as_typed(browser: Browser, server: Server, touch: bool) -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "paused")
    storage.write_json(run.path / "status.json", {"state": "paused", "step": 7, "total": 9_380})
    with FileLock(run.path / "worker.lock"):
        page = open_train_page(browser, server, run, touch=touch)
        press(page.get_by_role("button", name="Learning rate"), touch=touch)
        page.get_by_role("spinbutton", name="Learning rate from now on").fill("0.0007")
        press(page.get_by_role("button", name="Set", exact=True), touch=touch)
        deadline = time.monotonic() + SECONDS
        while desired_state.read(run).learning_rate is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert desired_state.read(run).learning_rate == 0.0007
        page.context.close()
