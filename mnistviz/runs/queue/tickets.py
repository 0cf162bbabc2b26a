"""The tickets of a room: who trains and who waits, whoever they are, in one small folder.

Each worker writes the ticket of its run when it begins and removes it when it ends. A ticket that a
killed worker leaves is of no run at work, and is passed over.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError
from mnistviz.core.read_cache import read_once
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.registry import Run, open_run
from mnistviz.runs.run_state import ACTIVE_STATES, State, run_state


@dataclass(frozen=True)
class Ticket:
    """A run at work or waiting, and its state.

    `asked` is the time, in seconds since 1970, at which it asked for its turn. `worker` is a hash
    of all that its training depends on besides the run; it is empty where only its own process can
    train it.
    """

    run: Run
    state: State
    asked: float
    worker: str = ""


_read_json = read_once(storage.read_json)


def folder_of(run: Run) -> Path:
    """The folder of the tickets of a run's room."""
    return tickets_folder(room_of(run.path.parent))


def tickets_folder(room: Path) -> Path:
    """The folder of the tickets of a room."""
    return room / "slots" / "tickets"


def file_of(run: Run) -> Path:
    """The ticket of a run. Runs of two visitors may have the same id: their homes differ."""
    key = hashlib.sha256(str(run.path.parent).encode()).hexdigest()[:8]
    return folder_of(run) / f"{run.id}-{key}.json"


def take(run: Run, worker: str = "") -> None:
    """Write the ticket of a run that asks for its turn now."""
    file_of(run).parent.mkdir(parents=True, exist_ok=True)
    value = {"run": str(run.path), "asked": time.time(), "worker": worker}
    storage.write_json(file_of(run), value)


def give_back(run: Run) -> None:
    """Remove the ticket of a run, if there is one."""
    file_of(run).unlink(missing_ok=True)


def is_wanted(run: Run) -> bool:
    """Return whether another worker wants to take over a waiting run."""
    return _wanted_file(run).exists()


@contextmanager
def wanted(run: Run) -> Iterator[None]:
    """Within the block, the process of a waiting run is asked to give it up."""
    _wanted_file(run).touch()
    try:
        yield
    finally:
        _wanted_file(run).unlink(missing_ok=True)


def _wanted_file(run: Run) -> Path:
    return file_of(run).with_suffix(".wanted")


def tickets(room: Path) -> list[Ticket]:
    """The tickets of all runs of a room that train, are paused or wait, oldest first."""
    found = []
    for file in tickets_folder(room).glob("*.json"):
        value = _read_json(file)
        path, asked, worker = value.get("run"), value.get("asked"), value.get("worker")
        if not isinstance(path, str) or not isinstance(asked, float):
            continue
        try:
            run = open_run(Path(path))
        except MnistVizError:
            continue
        if (state := run_state(run)) in ACTIVE_STATES:
            found.append(Ticket(run, state, asked, str(worker or "")))
    return sorted(found, key=lambda ticket: (ticket.asked, ticket.run.spec.created))
