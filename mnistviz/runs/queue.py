"""The queue of runs that wait to train: so many train at once, the oldest waiting run is next."""

import os
import time
from contextlib import ExitStack

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.registry import Run, list_runs
from mnistviz.runs.run_state import run_state

POLL_SECONDS = 0.5


def num_slots() -> int:
    """The number of runs that may train at once in this home, `MNISTVIZ_SLOTS` or 1."""
    text = os.environ.get("MNISTVIZ_SLOTS", "1")
    return int(text) if text.isdigit() and int(text) > 0 else 1


def queued_before(run: Run) -> list[Run]:
    """The queued runs that were created before this one, oldest first."""
    older = [other for other in list_runs() if other.spec.created < run.spec.created]
    return [other for other in reversed(older) if run_state(other) == "queued"]


def wait_for_slot(run: Run, locks: ExitStack) -> bool:
    """Wait until this run is next and a slot is free; the slot is held until `locks` closes.

    False when the run was stopped before.
    """
    slots = storage.home() / "slots"
    slots.mkdir(parents=True, exist_ok=True)
    while desired_state.read(run).mode != "stop":
        if not queued_before(run):
            for number in range(num_slots()):
                try:
                    locks.enter_context(FileLock(slots / f"slot-{number}.lock", timeout=0))
                except Timeout:
                    continue
                return True
        time.sleep(POLL_SECONDS)
    return False
