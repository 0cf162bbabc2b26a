"""The slots of a room: so many of its runs train at once. Each is a lock that a worker holds."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.queue import tickets
from mnistviz.runs.queue.order import in_order
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import read_status

POLL_SECONDS = 0.2
LOOK_SECONDS = 0.05
# A waiting process sees that its run is taken over at its next look.
TAKE_OVER_SECONDS = 5.0
# Two workers rarely look for the next run at the same moment.
CHOICE_SECONDS = 10.0

# How the wait of a run ends: it has a slot, another worker has taken it over, or it was stopped.
EndOfWait = Literal["slot", "taken over", "stopped"]


def num_slots() -> int:
    """Return how many runs of a room may train at once.

    It is `MNISTVIZ_SLOTS`; without it one for each core in a class, and otherwise 1.
    """
    text = os.environ.get("MNISTVIZ_SLOTS", "")
    if text.isdigit() and int(text) > 0:
        return int(text)
    return os.cpu_count() or 1 if storage.is_class() else 1


def has_free_slot(room: Path | None = None) -> bool:
    """Return whether a run of a room could start to train now, by default of this server's."""
    folder = room or storage.room()
    return not all(storage.is_locked(_file(folder, number)) for number in range(num_slots()))


def _file(room: Path, number: int) -> Path:
    return room / "slots" / f"slot-{number}.lock"


class Slot:
    """A place among the runs of a room that train at once: held, or not yet, or no more."""

    def __init__(self, room: Path) -> None:
        self._room = room
        self._lock: FileLock | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    @property
    def is_held(self) -> bool:
        return self._lock is not None

    def release(self) -> None:
        """Let another run train."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def take(self, run: Run) -> bool:
        """Return whether it is this run's turn and a slot is free, which is then held."""
        if not has_free_slot(self._room):
            return False
        try:
            with self._choice(timeout=0):
                first = next(iter(in_order(self._room)), None)
                if first is not None and first.run.path != run.path:
                    return False
                return self._take_any()
        except Timeout:
            return False

    def _take_any(self) -> bool:
        for number in range(num_slots()):
            # Processes that look for a free slot hold its lock for a moment.
            file = _file(self._room, number)
            lock = FileLock(file, timeout=LOOK_SECONDS, poll_interval=LOOK_SECONDS / 5)
            try:
                lock.acquire()
            except Timeout:
                continue
            self._lock = lock
            return True
        return False

    def wait(self, run: Run) -> EndOfWait:
        """Wait until this run is next and a slot is free, which is then held."""
        while desired_state.read(run).mode != "stop":
            if tickets.is_wanted(run):
                return "taken over"
            if self.take(run):
                return "slot"
            time.sleep(POLL_SECONDS)
        return "stopped"

    def take_over(self, worker: str) -> tuple[Run, FileLock] | None:
        """Return the run that is next, with its lock, which its waiting process gives up.

        None where no run waits, or where the next one can't be trained by a worker with this
        hash. The slot stays held: it is for that run.
        """
        try:
            with self._choice(timeout=CHOICE_SECONDS):
                while True:
                    first = next(iter(in_order(self._room)), None)
                    if first is None or not first.worker or first.worker != worker:
                        return None
                    lock = FileLock(first.run.path / "worker.lock", timeout=TAKE_OVER_SECONDS)
                    with tickets.wanted(first.run):
                        lock.acquire(poll_interval=0.01)
                    status = read_status(first.run)
                    if status is not None and status.state == "queued":
                        return first.run, lock
                    # It was stopped at this moment.
                    lock.release()
        except Timeout:
            return None

    @contextmanager
    def _choice(self, timeout: float) -> Iterator[None]:
        """Hold the lock of the choice of the next run."""
        folder = self._room / "slots"
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "choice.lock", timeout=timeout):
            yield
