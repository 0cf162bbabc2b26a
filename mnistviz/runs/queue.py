"""The queue of runs that wait to train: so many train at once, the oldest waiting run is next."""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.registry import Run, list_runs
from mnistviz.runs.run_state import run_state

POLL_SECONDS = 0.5
LOOK_SECONDS = 0.05


def num_slots() -> int:
    """The number of runs that may train at once in this home, `MNISTVIZ_SLOTS` or 1."""
    text = os.environ.get("MNISTVIZ_SLOTS", "1")
    return int(text) if text.isdigit() and int(text) > 0 else 1


def waiting_text(run: Run) -> str:
    """Return what a queued run waits for, in sentences."""
    others = [other for other in list_runs() if other.id != run.id]
    at_work = {other.name: run_state(other) for other in others}
    training = [name for name, state in at_work.items() if state in ("starting", "running")]
    paused = [name for name, state in at_work.items() if state == "paused"]
    before = len(queued_before(run))
    if not training and not paused and not before:
        return "It starts in a moment."
    sentences = []
    if training:
        sentences.append(f"{_are(training)} training.")
    if paused:
        sentences.append(
            f"{_are(paused)} paused and keeps the turn: stop it to let the next one train."
        )
    place = "This run is next" if before == 0 else f"{before} more wait before this one"
    return " ".join([*sentences, f"{place}; it starts by itself when it is its turn."])


def _are(names: Sequence[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def queued_before(run: Run) -> list[Run]:
    """The queued runs that were created before this one, oldest first."""
    older = [other for other in list_runs() if other.spec.created < run.spec.created]
    return [other for other in reversed(older) if run_state(other) == "queued"]


def has_free_slot() -> bool:
    """Return whether a run could start to train now."""
    return not all(storage.is_locked(_slot(number)) for number in range(num_slots()))


def take_slot(run: Run, locks: ExitStack) -> bool:
    """Return whether it is this run's turn; its slot is then held until `locks` closes."""
    if queued_before(run):
        return False
    _slot(0).parent.mkdir(parents=True, exist_ok=True)
    for number in range(num_slots()):
        # Processes that look for a free slot hold its lock for a moment.
        lock = FileLock(_slot(number), timeout=LOOK_SECONDS, poll_interval=LOOK_SECONDS / 5)
        try:
            locks.enter_context(lock)
        except Timeout:
            continue
        return True
    return False


def wait_for_slot(run: Run, locks: ExitStack) -> bool:
    """Wait until this run is next and a slot is free; the slot is held until `locks` closes.

    False when the run was stopped before.
    """
    while desired_state.read(run).mode != "stop":
        if take_slot(run, locks):
            return True
        time.sleep(POLL_SECONDS)
    return False


def _slot(number: int) -> Path:
    return storage.home() / "slots" / f"slot-{number}.lock"
