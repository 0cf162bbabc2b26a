"""The output of a run's worker, `worker.log` in its folder, and the reason of its end in it."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from mnistviz.core.processes import crash_reason
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import read_status

_STARTED = "=== started "


def file_of(run: Run) -> Path:
    """The file of the worker's output."""
    return run.path / "worker.log"


def begin(run: Run) -> None:
    """Mark the start of a worker in the log: its output follows."""
    with file_of(run).open("a", encoding="utf-8") as log:
        log.write(f"{_STARTED}{datetime.now(UTC).isoformat(timespec='seconds')}\n")


def send_output_to(run: Run) -> None:
    """Append all output of this process to the log of a run, that of C++ and of a crash, too."""
    sys.stdout.flush()
    sys.stderr.flush()
    with file_of(run).open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


def read_last(run: Run) -> str:
    """The output of the last worker of a run, or an empty text."""
    try:
        text = file_of(run).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.rpartition(_STARTED)[2].partition("\n")[2].strip()


def reason_of_end(run: Run) -> str:
    """The reason why a run failed or crashed, from the worker's status or its log."""
    status = read_status(run)
    if status is not None and status.error:
        return status.error
    printed = read_last(run)
    if reason := crash_reason(printed):
        return f"{reason} (all of it in {file_of(run)})"
    if "Traceback (most recent call last)" in printed:
        return f"{printed.splitlines()[-1]} (all of it in {file_of(run)})"
    return "its process was killed from outside, or memory ran out"
