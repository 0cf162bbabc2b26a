"""The end of a training is told: in the tab's title, by a notification and a sound, and aloud."""

import re
from datetime import UTC, datetime

import pytest
from filelock import FileLock
from playwright.sync_api import Page, expect

from mnistviz.core import storage
from mnistviz.runs.registry import Run
from tests.helpers.browser import PATIENCE, settle
from tests.helpers.made_runs import make_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Records what the browser would show and play.
RECORD = """() => {
    window.told = [], window.tones = 0, window.asked = 0
    window.Notification = class {
        static permission = 'default'
        static async requestPermission() { window.asked++; this.permission = 'granted' }
        constructor(title, { body }) { window.told.push([title, body]) }
    }
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) { window.tones++; start.call(this, when) }
}"""


def write_state(run: Run, state: str, step: int) -> None:
    total = run.spec.train.num_steps
    now = datetime.now(UTC).isoformat()
    status = {"state": state, "step": step, "total": total, "error": "", "heartbeat": now}
    storage.write_json(run.path / "status.json", status)


def see_it_end(page: Page, run: Run) -> None:
    """Show a run that another process seems to train, until that ends."""
    half = run.spec.train.num_steps // 2
    # The log up to the half: the progress is that of its last step.
    log = run.metrics_file.read_text().splitlines(keepends=True)
    run.metrics_file.write_text("".join(log[: len(log) // 2]))
    with FileLock(run.path / "worker.lock"):
        write_state(run, "running", half)
        page.goto(f"/train?run={run.name}")
        expect(page).to_have_title(re.compile(r"^[1-9]\d % · mnistviz$"), timeout=PATIENCE)
        expect(page.locator("#mnistviz-announcement")).to_have_text(
            re.compile(rf"^{run.name}: running, epoch \d"), timeout=PATIENCE
        )
        if "want" in run.name:
            page.locator(".st-key-train_notify label").click()
            page.wait_for_function("window.asked === 1", timeout=PATIENCE)
            settle(page)
        run.metrics_file.write_text("".join(log))
        write_state(run, "finished", run.spec.train.num_steps)
    expect(page).to_have_title("mnistviz", timeout=PATIENCE)
    expect(page.locator("#mnistviz-announcement")).to_have_text(
        re.compile(rf"^{run.name}: finished, validation accuracy 90.00%$"), timeout=PATIENCE
    )


def test_a_notice_is_given_only_where_it_was_asked_for(page: Page) -> None:
    page.add_init_script(f"({RECORD})()")
    # Off by default: no permission is asked, nothing is told.
    see_it_end(page, make_run("silent"))
    assert page.evaluate("[window.asked, window.told, window.tones]") == [0, [], 0]

    see_it_end(page, make_run("wanted"))
    page.wait_for_function("window.told.length", timeout=PATIENCE)
    told, tones = page.evaluate("[window.told, window.tones]")
    assert told == [["wanted: finished", "validation accuracy 90.00%"]]
    assert tones == 2
