"""Child processes that outlive the one that starts them: the only user of `subprocess`."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mnistviz.core.assets import PROJECT
from mnistviz.core.storage import home

# A process takes its lock within a second, before it imports TensorFlow.
START_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.02


class ProcessStartError(Exception):
    """A process ended or hung before it was ready. The text is the last line of its log."""


def start_module(
    module: str,
    arguments: Sequence[str],
    log_file: Path,
    is_ready: Callable[[], bool],
    *,
    may_finish: bool = False,
) -> None:
    """Start `python -m MODULE ARGUMENTS` in a session of its own; return when it is ready.

    Its output is appended to `log_file`. With `may_finish`, a process that ended with exit status 0
    counts as ready. Raises `ProcessStartError` when it dies before, or after 30 s.
    """
    with log_file.open("ab") as log:
        begin = log.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=PROJECT,
            env={**os.environ, "MNISTVIZ_HOME": str(home())},
            start_new_session=True,
        )
    # Reaps the process when it ends; the thread does not keep this process alive.
    threading.Thread(target=process.wait, daemon=True).start()
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not is_ready():
        status = process.poll()
        if may_finish and status == 0:
            return
        if status is not None or time.monotonic() > deadline:
            output = log_file.read_bytes()[begin:].decode(errors="replace")
            lines = output.strip().splitlines()
            raise ProcessStartError(lines[-1] if lines else "it left no word")
        time.sleep(POLL_SECONDS)
