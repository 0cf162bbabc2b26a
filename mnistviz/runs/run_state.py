"""The state of a run: a pure function of its worker's last status and of the worker's lock."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from mnistviz.core.read_cache import read_once
from mnistviz.core.storage import is_locked, read_json
from mnistviz.runs import desired_state
from mnistviz.runs.registry import Run

State = Literal[
    "queued", "starting", "running", "paused", "finished", "stopped", "failed", "crashed"
]
# States in which a worker is at work or will be.
ACTIVE_STATES: tuple[State, ...] = ("queued", "starting", "running", "paused")
# Seconds without a sign of life that are usual: a starting worker loads TensorFlow, a running one
# validates. One that waits gives no sign until it is told something, and then answers at once.
USUAL_SILENCE: dict[State, float] = {
    "queued": 10.0,
    "starting": 60.0,
    "running": 10.0,
    "paused": 10.0,
}
# So long a run has no worker at most while one takes it over from another.
CHANGE_OF_HANDS_SECONDS = 5.0


@dataclass(frozen=True)
class Status:
    """The content of `status.json`, which the worker writes. `heartbeat` is its time, in UTC.

    `changes_hands`: the process that waited leaves the run to another worker at this moment.
    """

    state: State
    step: int = 0
    total: int = 0
    error: str = ""
    heartbeat: str = ""
    changes_hands: bool = False


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
    status = read_status(run)
    if status is not None and status.changes_hands and not alive:
        since = _timestamp(status.heartbeat)
        if since is not None and 0 <= time.time() - since < CHANGE_OF_HANDS_SECONDS:
            return status.state
    return state_of(status, alive)


def silent_seconds(run: Run) -> float | None:
    """Seconds since the last sign of life of an active run, None while that is usual."""
    state, status = run_state(run), read_status(run)
    if state not in ACTIVE_STATES or status is None:
        return None
    if state in ("queued", "paused"):
        since = _time_of_unanswered_request(run, status)
    else:
        since = _timestamp(status.heartbeat)
    seconds = 0.0 if since is None else time.time() - since
    return seconds if seconds >= USUAL_SILENCE[state] else None


def silence_text(run: Run) -> str:
    """The sentence about an active run without a sign of life, empty while that is usual."""
    seconds = silent_seconds(run)
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    text = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"No sign of life for {text}: the computer may have slept, or is very busy."


def _timestamp(heartbeat: str) -> float | None:
    try:
        found = datetime.fromisoformat(heartbeat)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _time_of_unanswered_request(run: Run, status: Status) -> float | None:
    """The time of a request that a waiting worker has not followed, None where there is none."""
    wanted = desired_state.read(run)
    goes_on = wanted.mode == "run" and (wanted.until_step or status.step + 1) > status.step
    if wanted.mode == "stop" or (status.state == "paused" and goes_on):
        return desired_state.time_of_change(run)
    return None
