"""Values that are typed, followed at once by a click or a tap on the button: they count.

One server serves all forms of a test, and a held slot keeps the trainings waiting.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Locator, Page, expect

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import desired_state, registry
from mnistviz.runs.registry import Run
from mnistviz.studies import study_directory
from mnistviz.studies.study_directory import Study
from tests.helpers.browser import PATIENCE, settle
from tests.helpers.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 30
Found = TypeVar("Found")


@pytest.fixture(params=[False, True], ids=["mouse", "touch"])
def touch(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def visitor(browser: Browser, server: Server, home: Path, touch: bool) -> Iterator[Page]:
    """A page on a laptop or on a phone, while no training gets its turn."""
    size = {"width": 390, "height": 844} if touch else {"width": 1280, "height": 900}
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        has_touch=touch,
        is_mobile=touch,
        base_url=server.url,
    )
    (home / "slots").mkdir(parents=True)
    with FileLock(home / "slots" / "slot-0.lock"):
        yield context.new_page()
        context.close()


def go(page: Page, address: str, text: str) -> None:
    """Open an address and wait until a text is there and the script is at its end."""
    page.goto(address)
    page.get_by_text(text).first.wait_for(timeout=PATIENCE)
    settle(page)


def press(button: Locator, *, touch: bool) -> None:
    """A click of which down and up come together, or a tap."""
    button.scroll_into_view_if_needed()
    if touch:
        button.tap()
    else:
        button.click()


def unfold(page: Page, title: str) -> Locator:
    """Open an expander, which is not under test here, and return it."""
    expander = page.get_by_test_id("stExpander").filter(has_text=title)
    expander.locator("summary").evaluate("summary => summary.click()")
    expander.get_by_test_id("stExpanderDetails").wait_for(timeout=PATIENCE)
    settle(page)
    return expander


def fill_and_press(
    page: Page,
    values: Mapping[str, str],
    button: str,
    *,
    touch: bool,
    within: Locator | None = None,
) -> None:
    """Type values into the inputs with these labels, and press a button without any wait."""
    for label, value in values.items():
        inputs = (within or page).locator("input, textarea")
        inputs.and_(page.get_by_label(label, exact=True)).first.fill(value)
    press(page.get_by_role("button", name=button, exact=True).first, touch=touch)


def soon(find: Callable[[], Found | None]) -> Found:
    """What `find` returns, as soon as that is not None."""
    deadline = time.monotonic() + SECONDS
    while (found := find()) is None:
        assert time.monotonic() < deadline, [run.name for run in registry.list_runs()]
        time.sleep(0.1)
    return found


def run_named(name: str) -> Run:
    """The run of that name, as soon as there is one."""
    return soon(lambda: next((run for run in registry.list_runs() if run.name == name), None))


def all_of(word: str, number: int) -> list[Run] | None:
    """The runs with a word in their names, as soon as there are so many."""
    found = [run for run in registry.list_runs() if word in run.name and not run.bundled]
    return found if len(found) == number else None


def study_named(name: str) -> Study | None:
    return next((one for one in study_directory.list_studies() if one.spec.name == name), None)


def test_forms_of_train_count_what_was_typed(visitor: Page, touch: bool) -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "paused")
    storage.write_json(run.path / "status.json", {"state": "paused", "step": 7, "total": 9_380})
    with FileLock(run.path / "worker.lock"):
        go(visitor, "/train?run=paused", "Choose your own settings")
        press(visitor.get_by_role("button", name="Learning rate"), touch=touch)
        values = {"Learning rate from now on": "0.0007"}
        fill_and_press(visitor, values, "Set", touch=touch)
        assert soon(lambda: desired_state.read(run).learning_rate) == 0.0007

    go(visitor, "/train?run=reference", "Choose your own settings")
    unfold(visitor, "Choose your own settings")
    values = {"Epochs": "7", "Seed": "11", "Name": "typed"}
    fill_and_press(visitor, values, "Start training", touch=touch)
    train = run_named("typed").spec.train
    assert (train.epochs, train.seed) == (7, 11)

    go(visitor, "/train?run=reference", "Choose your own settings")
    expander = unfold(visitor, "Start again from an epoch")
    values = {
        "Epochs to train": "3",
        "First learning rate": "0.0007",
        "Seed": "5",
        "Name of the new run": "forked",
    }
    fill_and_press(visitor, values, "Start the new run", touch=touch, within=expander)
    train = run_named("forked").spec.train
    assert (train.epochs, train.learning_rate, train.seed) == (3, 0.0007, 5)


def test_forms_of_other_pages_count_what_was_typed(visitor: Page, touch: bool) -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "mine")
    storage.write_json(run.path / "status.json", {"state": "stopped", "step": 0, "total": 9_380})
    data = load_mnist()
    for number in range(8):
        my_digits.save(data.x_test[number], int(data.y_test[number]))

    go(visitor, "/runs", "All runs")
    # A cell is drawn on a canvas: what can be clicked is the place of its check box.
    visitor.get_by_test_id("stDataFrame").first.scroll_into_view_if_needed()
    table = visitor.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    visitor.mouse.click(table["x"] + 18, table["y"] + 35 * (len(registry.list_runs()) + 0.5))
    settle(visitor)
    press(visitor.get_by_role("button", name="Note", exact=True), touch=touch)
    fill_and_press(visitor, {"Note": "a typed note"}, "Keep", touch=touch)
    visitor.get_by_text("The note of mine is kept.").wait_for(timeout=PATIENCE)
    settle(visitor)
    press(visitor.get_by_role("button", name="Name", exact=True), touch=touch)
    fill_and_press(visitor, {"Name": "typed"}, "Keep", touch=touch)
    assert run_named("typed").note == "a typed note"

    press(visitor.get_by_text("The gap", exact=True), touch=touch)
    visitor.get_by_role("button", name="Train the five").wait_for(timeout=PATIENCE)
    settle(visitor)
    fill_and_press(visitor, {"Epochs": "4", "Seed": "9"}, "Train the five", touch=touch)
    five = soon(lambda: all_of("gap-", 5))
    assert {(run.spec.train.epochs, run.spec.train.seed) for run in five} == {(4, 9)}

    go(visitor, "/channels", "A study of your own")
    form = {"Name": "typed", "Epochs": "2", "Seeds": "1", "Other plans, or nothing": "3/4/5"}
    widths = {"Widths of the third layer, or nothing": "4,8"}
    fill_and_press(visitor, form | widths, "Train the study", touch=touch)
    spec = soon(lambda: study_named("typed")).spec
    assert (spec.epochs, spec.seeds, spec.widths) == (2, (0,), (4, 8))
    assert (3, 4, 5) in spec.plans

    go(visitor, "/my_digits", "Gallery")
    press(visitor.get_by_text("Teach", exact=True), touch=touch)
    visitor.get_by_text("Settings", exact=True).first.wait_for(timeout=PATIENCE)
    settle(visitor)
    unfold(visitor, "Settings")
    values = {"Highest learning rate": "0.0007", "Share of your digits": "0.25"}
    fill_and_press(visitor, values, "Teach a copy", touch=touch)
    spec = soon(lambda: next((r for r in registry.list_runs() if r.spec.own), None)).spec
    assert spec.train.learning_rate == 0.0007
    assert spec.own is not None
    assert spec.own.share == 0.25


def test_the_design_counts_what_was_typed(visitor: Page, touch: bool) -> None:
    network = "8C3-BN-MP2-16C3-BN-MP2-10C5"
    go(visitor, "/design", "Put a network together")
    fill_and_press(visitor, {"The network as text": network}, "Train this network", touch=touch)
    own = visitor.get_by_role("textbox", name="Your own network")
    expect(own).to_have_value(network, timeout=PATIENCE)
    go(visitor, f"/design?network={network}", "Put a network together")
    fill_and_press(visitor, {"Channels": "24"}, "Copy", touch=touch)
    text = visitor.get_by_role("textbox", name="The network as text")
    expect(text).to_have_value("24C3-24C3-BN-MP2-16C3-BN-MP2-10C5", timeout=PATIENCE)
