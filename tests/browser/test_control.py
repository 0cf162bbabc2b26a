"""A training told what to do from the page: paused, stepped, stopped, taken up again."""

import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metrics_log, registry, snapshots
from mnistviz.runs.run_state import run_state
from mnistviz.training import launcher
from mnistviz.ui.shared.texts import epochs_text
from tests.helpers.browser import PATIENCE, go_to, settle
from tests.helpers.server import Server
from tests.helpers.trainings import wait_until, worker_pids

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def start_a_try_out(page: Page) -> None:
    page.goto("/train")
    press(page, "Try it out")
    expect(page.get_by_text("Images per second")).to_be_visible(timeout=PATIENCE)


def test_pause_single_steps_another_rate_and_on_to_the_end(page: Page) -> None:
    start_a_try_out(page)
    run = registry.find_run("try-out-1")
    press(page, "Pause")
    expect(page.get_by_role("button", name="One batch")).to_be_visible(timeout=PATIENCE)
    step = snapshots.steps_of(run)[-1]
    press(page, "One batch")
    deadline = time.monotonic() + 60
    while snapshots.steps_of(run)[-1] != step + 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.get_by_role("button", name="Learning rate").click()
    rate = page.get_by_label("Learning rate from now on")
    rate.fill("0.0007")
    page.wait_for_timeout(2_500)
    # What is being typed outlives the panel's own polls.
    expect(rate).to_have_value("0.0007")
    rate.press("Enter")
    page.wait_for_timeout(1_000)
    press(page, "Set")
    page.keyboard.press("Escape")
    press(page, "Go on")
    expect(page.get_by_text("0.0007", exact=True).first).to_be_visible(timeout=PATIENCE)
    press(page, "Stop and keep")
    expect(page.get_by_role("button", name="Train on")).to_be_visible(timeout=PATIENCE)
    press(page, "Train on")
    expect(page.get_by_text("Finished after 471 of 471 steps")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Stopped or killed once before")).to_be_visible()
    rates = {row.learning_rate for row in metrics_log.read(run) if row.step > step + 1}
    assert rates == {0.0007}


def test_the_film_plays_every_snapshot(page: Page) -> None:
    run = registry.find_run("best")
    total = len(snapshots.steps_of(run))
    page.goto("/film")
    expect(page.get_by_text("Which digit it reads as which")).to_be_visible(timeout=PATIENCE)
    settle(page)
    press(page, "First")
    expect(page.get_by_text(f"Snapshot 1 of {total}")).to_be_visible(timeout=PATIENCE)
    press(page, "Play")
    for number in range(2, 6):
        expect(page.get_by_text(f"Snapshot {number} of {total}")).to_be_visible(timeout=PATIENCE)
    press(page, "Pause")
    settle(page)
    slider = page.get_by_test_id("stMain").get_by_role("slider")
    slider.press("ArrowRight")
    settle(page)
    shown = page.get_by_text(f"of {total}").inner_text()
    # The slider of all pages is the film's: another page shows the same snapshot.
    epochs = epochs_text(run, snapshots.steps_of(run)[int(shown.split()[1]) - 1])
    go_to(page, "Kernels")
    expect(page.get_by_text(f"best after {epochs} epochs")).to_be_visible()


def test_a_training_outlives_its_server_and_two_servers_see_one_home(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    first = Server(home, tmp_path / "first.log")
    second = Server(home, tmp_path / "second.log")
    try:
        one = browser.new_context(base_url=first.url).new_page()
        other = browser.new_context(base_url=second.url).new_page()
        start_a_try_out(one)
        other.goto("/train")
        expect(other.get_by_text("try-out-1 is training.")).to_be_visible(timeout=PATIENCE)
        press(other, "Show it")
        press(other, "Pause")
        expect(one.get_by_role("button", name="One batch")).to_be_visible(timeout=PATIENCE)
        # A second tab of the same server, and a third person's eyes.
        tab = browser.new_context(base_url=second.url).new_page()
        tab.goto("/train?run=try-out-1")
        press(tab, "Go on")
        for seen in (one, other):
            expect(seen.get_by_role("button", name="Pause", exact=True)).to_be_visible(
                timeout=PATIENCE
            )
        os.kill(first.pid, signal.SIGKILL)
        expect(other.get_by_text("Finished after 471 of 471 steps")).to_be_visible(
            timeout=2 * PATIENCE
        )
    finally:
        first.stop()
        second.stop()
    third = Server(home, tmp_path / "third.log")
    try:
        page = browser.new_context(base_url=third.url).new_page()
        page.goto("/train?run=try-out-1")
        expect(page.get_by_text("Finished after 471 of 471 steps")).to_be_visible(timeout=PATIENCE)
    finally:
        third.stop()


def test_after_a_restart_of_the_machine_runs_say_crashed_and_go_on(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    """Server and workers are killed at one moment: nobody is left who could tell."""
    before = Server(home, tmp_path / "before.log")
    try:
        page = browser.new_context(base_url=before.url).new_page()
        page.goto("/train")
        press(page, "Try it out")
        expect(page.get_by_role("button", name="Stop and keep")).to_be_visible(timeout=PATIENCE)
        training = registry.find_run("try-out-1")
        wait_until(training, "starting", "running")
        # The other one is started at once, as it must wait before the try-out ends.
        spec = TrainSpec(epochs=1, batch_size=64, num_images=640, held_out=128)
        waiting = launcher.start("reference", ModelSpec(), spec, "waiting")
        deadline = time.monotonic() + 60
        while len(metrics_log.read(training)) < 5 or run_state(waiting) != "queued":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert run_state(training) == "running"
        for pid in [before.pid, *worker_pids(training), *worker_pids(waiting)]:
            os.kill(pid, signal.SIGKILL)
    finally:
        before.stop()
    reached = metrics_log.read(training)[-1].step
    after = Server(home, tmp_path / "after.log")
    try:
        page = browser.new_context(base_url=after.url).new_page()
        page.goto("/train?run=waiting")
        expect(page.get_by_text("This run crashed")).to_be_visible(timeout=PATIENCE)
        page.goto("/train?run=try-out-1")
        expect(page.get_by_text("This run crashed")).to_be_visible(timeout=PATIENCE)
        press(page, "Train on")
        expect(page.get_by_text("Finished after 471 of 471 steps")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Stopped or killed once before")).to_be_visible()
    finally:
        after.stop()
    steps = [row.step for row in metrics_log.read(training)]
    assert reached in steps
    assert steps == sorted(steps)
    assert steps[-1] == 471
