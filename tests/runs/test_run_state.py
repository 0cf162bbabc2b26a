"""The state of a run, from its worker's status and lock."""

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs import run_state as run_state_module
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import (
    Status,
    is_alive,
    read_status,
    run_state,
    silence_text,
    silent_seconds,
    state_of,
)
from tests.helpers.made_runs import small_run


@pytest.mark.parametrize(
    ("status", "alive", "expected"),
    [
        (None, True, "starting"),
        (None, False, "crashed"),
        (Status("queued"), True, "queued"),
        (Status("running"), True, "running"),
        (Status("running"), False, "crashed"),
        (Status("queued"), False, "crashed"),
        (Status("finished"), True, "finished"),
        (Status("finished"), False, "finished"),
        (Status("stopped"), False, "stopped"),
        (Status("failed"), False, "failed"),
    ],
)
def test_the_state_is_the_last_status_unless_the_worker_died(
    status: Status | None, alive: bool, expected: str
) -> None:
    assert state_of(status, alive) == expected


def test_a_final_state_is_read_without_trying_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    run = small_run()
    monkeypatch.setattr(run_state_module, "is_alive", lambda run: pytest.fail("no lock is needed"))
    for state in ("finished", "stopped", "failed"):
        storage.write_json(run.path / "status.json", {"state": state})
        assert run_state(run) == state


def test_alive_is_whether_another_process_holds_the_lock() -> None:
    run = small_run()
    lock = run.path / "worker.lock"
    assert not is_alive(run)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from filelock import FileLock\n"
            f"with FileLock({str(lock)!r}): print('held', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_alive(run)
        holder.kill()
    assert not is_alive(run)


def test_is_alive_leaves_the_lock_free() -> None:
    run = small_run()
    (run.path / "worker.lock").touch()
    assert not is_alive(run)
    with FileLock(run.path / "worker.lock", timeout=0):
        pass


def test_an_unreadable_status_is_none() -> None:
    run = small_run()
    assert read_status(run) is None
    (run.path / "status.json").write_text('{"state": "dancing"}')
    assert read_status(run) is None
    (run.path / "status.json").write_text('{"state": "running", "step": 3, "from_the_future": 1}')
    assert read_status(run) == Status("running", 3)


def beating(run: Run, state: str, seconds_ago: float, **values: int) -> None:
    beat = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    status = {"state": state, "heartbeat": beat.isoformat(timespec="seconds"), **values}
    storage.write_json(run.path / "status.json", status)


@pytest.mark.parametrize(
    ("state", "seconds", "silent"),
    [
        ("running", 3, False),
        ("running", 40, True),
        # The clock was set back meanwhile.
        ("running", -3_600, False),
        # TensorFlow takes its time to load.
        ("starting", 40, False),
        ("starting", 90, True),
        # One that waits gives no sign.
        ("queued", 900, False),
        ("paused", 900, False),
        ("finished", 900, False),
    ],
)
def test_a_worker_without_a_sign_of_life_is_silent(
    state: str, seconds: float, silent: bool
) -> None:
    run = small_run()
    with FileLock(run.path / "worker.lock"):
        beating(run, state, seconds)
        found = silent_seconds(run)
        assert (found is not None) == silent
        assert found is None or found == pytest.approx(seconds, abs=5)
        assert bool(silence_text(run)) == silent
    # Without a worker it has crashed, which is told elsewhere.
    assert silent_seconds(run) is None


def test_the_sentence_about_a_silence() -> None:
    run = small_run()
    with FileLock(run.path / "worker.lock"):
        beating(run, "running", 100)
        assert re.fullmatch(
            "No sign of life for 1 min 4[0-5] s: the computer may have slept, or is very busy.",
            silence_text(run),
        )


@pytest.mark.parametrize(
    ("state", "wanted", "silent"),
    [
        ("paused", {"mode": "run"}, True),
        ("paused", {"mode": "stop"}, True),
        ("queued", {"mode": "stop"}, True),
        # It has trained the one batch that was asked for.
        ("paused", {"mode": "run", "until_step": 7}, False),
        ("paused", {"mode": "run", "until_step": 8}, True),
        ("paused", {"mode": "pause"}, False),
        ("queued", {"learning_rate": 0.001}, False),
    ],
)
def test_a_waiting_worker_that_follows_no_request_is_silent(
    state: str, wanted: dict[str, Any], silent: bool
) -> None:
    run = small_run()
    with FileLock(run.path / "worker.lock"):
        beating(run, state, 900, step=7)
        desired_state.change(run, **wanted)
        assert silent_seconds(run) is None
        long_ago = time.time() - 30
        os.utime(run.path / "control.json", (long_ago, long_ago))
        assert (silent_seconds(run) is not None) == silent
