"""The log of a run, `metrics.jsonl`: the worker appends to it, pages and commands follow it."""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from mnistviz.core.types.training import (
    Distributions,
    MetricRow,
    MetricSplit,
    WatchedAnswers,
)
from mnistviz.runs.registry import Run

# Several times a row and the longest event.
LAST_BYTES = 100_000

_ROW = TypeAdapter(MetricRow)
_DISTRIBUTIONS = TypeAdapter(Distributions)


def parse_row(line: bytes) -> MetricRow:
    """The row in a line of a log. Raises `pydantic.ValidationError` where it is none."""
    return _ROW.validate_json(line, strict=True)


def parse_line(line: bytes) -> MetricRow | dict[str, Any]:
    """The row in a line of a log, or the event: an object with a text `event`.

    Raises `ValueError` where it is neither.
    """
    if b'"event"' not in line:
        return parse_row(line)
    record = json.loads(line)
    if not isinstance(record, dict) or not isinstance(record.get("event"), str):
        raise ValueError("neither a row nor an event")
    return record


def distributions_in(record: dict[str, Any]) -> Distributions:
    """The distributions in an event. Raises `pydantic.ValidationError` where they are none."""
    return _DISTRIBUTIONS.validate_python({key: record[key] for key in record if key != "event"})


class MetricsReader:
    """Follows a log that another process appends to.

    Each `poll` parses only what was added since the last one. Several pages may
    share one reader.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rows: list[MetricRow] = []
        self._guesses: list[WatchedAnswers] = []
        self._distributions: list[Distributions] = []
        self._events: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def poll(self) -> tuple[MetricRow, ...]:
        """All rows so far, in order."""
        with self._lock:
            self._read_on()
            return tuple(self._rows)

    def guesses(self) -> tuple[WatchedAnswers, ...]:
        """The probabilities of the watched digits so far, in order."""
        with self._lock:
            self._read_on()
            return tuple(self._guesses)

    def distributions(self) -> tuple[Distributions, ...]:
        """The distributions of weights, gradients and activations so far, in order."""
        with self._lock:
            self._read_on()
            return tuple(self._distributions)

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
        # An unfinished last line is read again when it is complete.
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            # Other lines are ignored.
            with suppress(ValueError, TypeError, KeyError):
                self._add(parse_line(line))

    def _add(self, record: MetricRow | dict[str, Any]) -> None:
        if isinstance(record, MetricRow):
            self._rows.append(record)
            return
        match record["event"]:
            case "guesses":
                step, digits = int(record["step"]), tuple(record["digits"])
                self._guesses.append(WatchedAnswers(step, digits, tuple(record["probabilities"])))
            case "distributions":
                self._distributions.append(distributions_in(record))
            case "resume":
                # The steps after the one that the worker resumes from are trained again.
                step = int(record["step"])
                self._rows = [row for row in self._rows if row.step <= step]
                self._guesses = [guesses for guesses in self._guesses if guesses.step <= step]
                self._distributions = [one for one in self._distributions if one.step <= step]
                self._events = [event for event in self._events if event.get("step", 0) <= step]
                self._events.append(record)
            case _:
                self._events.append(record)


def last_row(rows: Sequence[MetricRow], split: MetricSplit) -> MetricRow | None:
    """The latest row of a split, or None where there is none yet."""
    return next((row for row in reversed(rows) if row.split == split), None)


def last_results(run: Run, rows: Sequence[MetricRow]) -> tuple[MetricRow | None, MetricRow | None]:
    """The last validation of a run, and its result on the test set; None where there is none yet.

    Where every epoch is validated on the test set, the last validation is the test result.
    """
    validation = last_row(rows, "validation")
    on_test = run.spec.train.validated_on == "test"
    return validation, validation if on_test else last_row(rows, "test")


def read_last(run: Run) -> MetricRow | None:
    """The last row of a run, from the end of its log; None where there is none."""
    try:
        with run.metrics_file.open("rb") as file:
            file.seek(max(0, run.metrics_file.stat().st_size - LAST_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        # The last line may be unfinished, the first one cut.
        with suppress(ValueError, TypeError, KeyError):
            if isinstance(row := parse_line(line), MetricRow):
                return row
    return None


def read(run: Run) -> tuple[MetricRow, ...]:
    """All rows of a run, in order."""
    return MetricsReader(run.metrics_file).poll()
