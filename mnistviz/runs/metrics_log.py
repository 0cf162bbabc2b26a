"""The log of a run: what its worker appends, and others follow."""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnistviz.core.types.training import MetricRow, MetricSplit, WatchedAnswers
from mnistviz.runs.registry import Run


class MetricsReader:
    """Follows a `metrics.jsonl` that another process appends to.

    Each `poll` parses only what was added since the last. Several pages may
    share one reader.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rows: list[MetricRow] = []
        self._guesses: list[WatchedAnswers] = []
        self._events: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def poll(self) -> tuple[MetricRow, ...]:
        """All rows so far, in order."""
        with self._lock:
            self._read_on()
            return tuple(self._rows)

    def guesses(self) -> tuple[WatchedAnswers, ...]:
        """What the network made of the watched digits so far, in order."""
        with self._lock:
            self._read_on()
            return tuple(self._guesses)

    def events(self) -> tuple[dict[str, Any], ...]:
        """All events so far, such as the start and a stop, in order."""
        with self._lock:
            self._read_on()
            return tuple(self._events)

    def _read_on(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            return
        # An unfinished last line is 'not yet': it is read again when it is whole.
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            with suppress(ValueError, TypeError, KeyError):
                if isinstance(record := json.loads(line), dict):
                    self._take(record)

    def _take(self, record: dict[str, Any]) -> None:
        match record.get("event"):
            case None:
                self._rows.append(MetricRow(**record))
            case "guesses":
                step, digits = int(record["step"]), tuple(record["digits"])
                self._guesses.append(WatchedAnswers(step, digits, tuple(record["probabilities"])))
            case "resume":
                # What came after the step that it goes on from is trained and told again.
                step = int(record["step"])
                self._rows = [row for row in self._rows if row.step <= step]
                self._guesses = [guesses for guesses in self._guesses if guesses.step <= step]
                self._events = [event for event in self._events if event.get("step", 0) <= step]
                self._events.append(record)
            case _:
                self._events.append(record)


def last_row(rows: Sequence[MetricRow], split: MetricSplit) -> MetricRow | None:
    """The latest row of a split, or None where there is none yet."""
    return next((row for row in reversed(rows) if row.split == split), None)


def read(run: Run) -> tuple[MetricRow, ...]:
    """All rows of a run, in order."""
    return MetricsReader(run.metrics_file).poll()
