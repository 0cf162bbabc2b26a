"""The state of a run, from its worker's status and lock."""

import subprocess
import sys

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs import run_state as run_state_module
from mnistviz.runs.run_state import Status, is_alive, read_status, run_state, state_of
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
