"""The state of a run: a pure function of its worker's last status and of the worker's lock."""

from dataclasses import dataclass
from typing import Literal, get_args

from mnistviz.core.read_cache import read_once
from mnistviz.core.storage import is_locked, read_json
from mnistviz.runs.registry import Run

State = Literal[
    "queued", "starting", "running", "paused", "finished", "stopped", "failed", "crashed"
]
# States in which a worker is at work or will be.
ACTIVE_STATES: tuple[State, ...] = ("queued", "starting", "running", "paused")


@dataclass(frozen=True)
class Status:
    """The content of `status.json`, which the worker writes. `heartbeat` is information only."""

    state: State
    step: int = 0
    total: int = 0
    error: str = ""
    heartbeat: str = ""


_read_status_json = read_once(read_json)


def is_alive(run: Run) -> bool:
    """Whether a worker holds the lock of the run. The system frees it however the worker ends."""
    return not run.bundled and is_locked(run.path / "worker.lock")


def read_status(run: Run) -> Status | None:
    """The last status of the worker, or None where there is none that can be read."""
    status = _read_status_json(run.path / "status.json")
    if status.get("state") not in get_args(State):
        return None
    known = {name: status[name] for name in Status.__dataclass_fields__ if name in status}
    return Status(**known)


def state_of(status: Status | None, alive: bool) -> State:
    """The state by the last status and the lock: an active run without a worker has crashed."""
    if status is None:
        return "starting" if alive else "crashed"
    if status.state in ACTIVE_STATES and not alive:
        return "crashed"
    return status.state


def run_state(run: Run) -> State:
    """The state of a run on disk, see `state_of`."""
    status = read_status(run)
    if status is not None and status.state not in ACTIVE_STATES:
        # A final state, whoever holds the lock: lists of a thousand runs try no lock for it.
        return status.state
    # The lock is tried first: a worker that ends in between has written its last status by then.
    alive = is_alive(run)
    return state_of(read_status(run), alive)
