"""Child processes: the only user of `subprocess`."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import psutil

from mnistviz.core.assets import PROJECT
from mnistviz.core.storage import ROOM_VARIABLE, home, is_class, room

# A process takes its lock within a second, before it imports TensorFlow.
START_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.02

# A process that imports TensorFlow and does little else takes about 5 s, more on a busy machine.
RUN_TIMEOUT_SECONDS = 120

# Lines that Python's faulthandler, the C++ runtime and TensorFlow's checks print in a crash.
_FATAL = re.compile(r"(Fatal Python error: .+|terminate called .+|.*Check failed: .+)")
_ILLEGAL_INSTRUCTION = "Illegal instruction"


class ProcessError(Exception):
    """A process failed or took too long. The text is the last line of its output, or its crash."""


class ProcessStartError(ProcessError):
    """A process ended or hung before it was ready. The text is the last line of its log."""


def run_module(module: str, arguments: Sequence[str]) -> None:
    """Run `python -m MODULE ARGUMENTS` to its end.

    Raises `ProcessError` when it fails, or after 120 s, which end it.
    """
    try:
        done = subprocess.run(
            _command(module, arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            env=environment(),
            timeout=RUN_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProcessError(f"it took longer than {RUN_TIMEOUT_SECONDS} s") from None
    if done.returncode:
        raise ProcessError(_reason(done.returncode, done.stdout))


def start_module(
    module: str,
    arguments: Sequence[str],
    log_file: Path,
    is_ready: Callable[[], bool],
    *,
    may_finish: bool = False,
) -> None:
    """Start `python -m MODULE ARGUMENTS` in a session of its own; return when it is ready.

    It outlives this process. Its output is appended to `log_file`. With `may_finish`, a process
    that ended with exit status 0 counts as ready. Raises `ProcessStartError` when it dies before,
    or after 30 s.
    """
    with log_file.open("ab") as log:
        begin = log.tell()
        process = subprocess.Popen(
            _command(module, arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=PROJECT,
            env=environment(),
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
            raise ProcessStartError(_reason(status, log_file.read_bytes()[begin:]))
        time.sleep(POLL_SECONDS)


def become_module(module: str, arguments: Sequence[str], settings: Mapping[str, str]) -> NoReturn:
    """Run `python -m MODULE ARGUMENTS` in place of this process, with more environment variables.

    On Windows, where no process takes the place of another, this one waits for it and ends with it.
    """
    command, variables = _command(module, arguments), {**os.environ, **settings}
    if sys.platform == "win32":
        sys.exit(subprocess.run(command, cwd=PROJECT, env=variables, check=False).returncode)
    os.chdir(PROJECT)
    os.execve(command[0], command, variables)  # noqa: S606


def lower_priority(niceness: int) -> None:
    """Lower the priority of this process: by `niceness`, or by one class on Windows."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(niceness)


def crash_reason(output: str) -> str:
    """Return why a process crashed by the last of its output, or "" where nothing says so."""
    found = _FATAL.search(output)
    if found is None:
        return ""
    if _ILLEGAL_INSTRUCTION in found[0]:
        # Of all that runs in these processes, only TensorFlow needs a new processor.
        return (
            "TensorFlow can't run on this computer: the processor lacks instructions that it needs "
            "(AVX); train on another computer and import the run; everything that only reads a "
            "network works without it"
        )
    return found[0].strip()


def _command(module: str, arguments: Sequence[str]) -> list[str]:
    # With the fault handler, a crash inside a library says so in the output.
    return [sys.executable, "-X", "faulthandler", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment of child processes: they work in the home of who started them."""
    folders = {"MNISTVIZ_HOME": str(home())}
    if is_class():
        folders[ROOM_VARIABLE] = str(room())
    return {**os.environ, **folders}


def reason_in(output: bytes) -> str:
    """Return the crash that the output of a process tells, or its last line, or ""."""
    text = output.decode(errors="replace").strip()
    return crash_reason(text) or (text.splitlines()[-1] if text else "")


def _reason(status: int | None, output: bytes) -> str:
    """Return why a process ended, by its output or its signal."""
    if reason := reason_in(output):
        return reason
    if status is not None and status < 0:
        return f"the system ended it: {signal.Signals(-status).name}"
    return "it left no word"
