"""When a waiting run starts and is done, from the measured speed of the runs on this computer."""

import heapq
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mnistviz.runs import metrics_log
from mnistviz.runs.queue import finished_log
from mnistviz.runs.queue.finished_log import FinishedRun, load_of, settings_of
from mnistviz.runs.queue.machine_speed import first_start_seconds, loads_per_second
from mnistviz.runs.queue.order import in_order
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.queue.slots import num_slots
from mnistviz.runs.queue.tickets import Ticket, tickets
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import read_status

# So many of the latest runs with the same settings count, and of other runs.
NUM_ALIKE, NUM_OTHER = 3, 5
# A run at work counts as measured from this share of its steps on.
MEASURED_SHARE = 0.05
# How long a paused run keeps its slot where others wait: 60 s; tests don't wait so long.
_told = os.environ.get("MNISTVIZ_PAUSE_SECONDS", "")
PAUSE_SECONDS = float(_told) if _told.isdigit() else 60.0


@dataclass(frozen=True)
class Expected:
    """When a run is expected to start and to be done, in seconds from now, and its place.

    Place 1 is next.
    """

    place: int
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class Queue:
    """The queue of a room at one moment: all tickets, and what is expected of waiting runs."""

    tickets: Sequence[Ticket]
    expected: Mapping[Path, Expected]


def look(room: Path) -> Queue:
    """Return the queue of a room as it is now."""
    found = tickets(room)
    return Queue(found, _expected_times(room, found))


def expected_times(room: Path) -> Mapping[Path, Expected]:
    """Return what is expected of all waiting runs of a room, by the path of the run."""
    return look(room).expected


def _expected_times(room: Path, found: Sequence[Ticket]) -> Mapping[Path, Expected]:
    log = [entry for entry in finished_log.entries(room) if entry.is_whole]
    at_work = [ticket for ticket in found if ticket.state != "queued"]
    log += [entry for ticket in at_work if (entry := _so_far(ticket, log)) is not None]
    ends = [_seconds_left(ticket, log) for ticket in at_work]
    # Paused runs that have given their slot away leave more at work than there are slots.
    slots = sorted(ends)[: num_slots()]
    slots += [0.0] * (num_slots() - len(slots))
    heapq.heapify(slots)
    expected = {}
    for place, ticket in enumerate(in_order(room, found), 1):
        start = heapq.heappop(slots)
        end = start + _whole_seconds(ticket.run, log)
        heapq.heappush(slots, end)
        expected[ticket.run.path] = Expected(place, start, end)
    return expected


def expected_time(run: Run) -> Expected | None:
    """Return what is expected of a run, or None where it does not wait."""
    return expected_times(room_of(run.path.parent)).get(run.path)


def _whole_seconds(run: Run, log: Sequence[FinishedRun]) -> float:
    """Return how long a run takes from its turn to its end: as those alike, or by its load."""
    settings = settings_of(run)
    alike = [entry.seconds for entry in log if entry.settings == settings][-NUM_ALIKE:]
    if alike:
        return statistics.median(alike)
    if last := log[-NUM_OTHER:]:
        start = statistics.median(entry.start_seconds for entry in last)
        rates = [entry.load / max(0.1, entry.seconds - entry.start_seconds) for entry in last]
        return start + load_of(run) / statistics.median(rates)
    # Each slot has about one core.
    return first_start_seconds() + load_of(run) / loads_per_second()


def _so_far(ticket: Ticket, log: Sequence[FinishedRun]) -> FinishedRun | None:
    """Return what a run at work will have taken at its present speed; None before it has one."""
    run, total = ticket.run, ticket.run.spec.train.num_steps
    row = metrics_log.read_last(run) if ticket.state == "running" else None
    if row is None or row.step < MEASURED_SHARE * total:
        return None
    starts = [entry.start_seconds for entry in log[-NUM_OTHER:]]
    start = statistics.median(starts) if starts else first_start_seconds()
    seconds = start + row.seconds * total / row.step
    home = str(run.path.parent)
    return FinishedRun(home, time.time(), settings_of(run), load_of(run), start, seconds, True)


def _seconds_left(ticket: Ticket, log: Sequence[FinishedRun]) -> float:
    """Return how long a run at work keeps its slot."""
    run, status = ticket.run, read_status(ticket.run)
    if ticket.state == "paused" or status is None:
        return PAUSE_SECONDS
    whole = _whole_seconds(run, log)
    if status.step == 0:
        return max(1.0, whole - _age(status.heartbeat))
    row, total = metrics_log.read_last(run), run.spec.train.num_steps
    left = 1 - status.step / total
    if row is None or row.step < MEASURED_SHARE * total:
        return max(0.5, left * whole)
    return max(0.5, left * row.seconds / row.step * total)


def _age(heartbeat: str) -> float:
    try:
        return max(0.0, time.time() - datetime.fromisoformat(heartbeat).timestamp())
    except ValueError:
        return 0.0
