"""Work on a snapshot in a process of its own: one at a time, with progress, and a way to stop it.

Each job is known by the name under which its result is kept. The process holds a lock while it
works, tells its progress in a file, and ends when that file is removed.
"""

import os
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.core.processes import ProcessStartError, start_module
from mnistviz.runs import result_cache
from mnistviz.runs.snapshots import Snapshot

# Pages stay quick beside it.
NICENESS = 10

# A page that asks how far a process is holds the lock for a moment: hence the patience.
PATIENCE_SECONDS = 5.0

Tell = Callable[[float], None]


class _StoppedError(Exception):
    """A person doesn't want the result any more."""


def progress_file(snapshot: Snapshot, name: str) -> Path:
    return result_cache.file_of(snapshot, name).with_suffix(".progress.json")


def lock_file(snapshot: Snapshot, name: str) -> Path:
    return result_cache.file_of(snapshot, name).with_suffix(".lock")


def log_file(snapshot: Snapshot, name: str) -> Path:
    return result_cache.file_of(snapshot, name).with_suffix(".log")


def progress_of(snapshot: Snapshot, name: str) -> float | None:
    """The share in [0, 1] that a process has done, or None when none is at work."""
    if not storage.is_locked(lock_file(snapshot, name)):
        return None
    return float(storage.read_json(progress_file(snapshot, name)).get("done", 0))


def start(snapshot: Snapshot, name: str, module: str, *words: str) -> None:
    """Start the process of a job, `python -m MODULE RUN_DIR STEP WORDS`.

    Returns when it is at work or done. Raises `RunError` when it dies at once.
    """
    log = log_file(snapshot, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    try:
        start_module(
            module,
            [str(snapshot.run.path), str(snapshot.step), *words],
            log,
            lambda: progress_of(snapshot, name) is not None,
            may_finish=True,
        )
    except ProcessStartError as error:
        raise RunError(
            f"{snapshot.run.name}: the process that works it out did not start ({error})"
        ) from None


def stop(snapshot: Snapshot, name: str) -> None:
    """Let a process end at its next report, within seconds."""
    progress_file(snapshot, name).unlink(missing_ok=True)


def carry_out(snapshot: Snapshot, name: str, work: Callable[[Tell], None]) -> None:
    """Do the work, unless another process is at it or its result is there. It keeps the result."""
    lock_file(snapshot, name).parent.mkdir(parents=True, exist_ok=True)
    file = progress_file(snapshot, name)

    def tell(done: float) -> None:
        if not file.exists():
            raise _StoppedError
        storage.write_json(file, {"done": done})

    try:
        with FileLock(lock_file(snapshot, name), timeout=PATIENCE_SECONDS):
            storage.write_json(file, {"done": 0.0})
            try:
                if result_cache.read(snapshot, name) is None:
                    work(tell)
            except _StoppedError:
                pass
            finally:
                file.unlink(missing_ok=True)
    except Timeout:
        pass


def low_priority() -> None:
    """Let everything that a person waits for go first."""
    os.nice(NICENESS)
    # Beside a training, threads that spin while they wait for each other make it many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
