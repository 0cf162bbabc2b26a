"""One computation on a snapshot in a child process, with progress and a way to stop it.

The process holds a lock while it works and writes its progress to a file. It ends when that file
is removed. Lock, progress and log lie beside the file in which the result is stored.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from mnistviz.core import processes, storage
from mnistviz.core.errors import RunError
from mnistviz.core.processes import ProcessStartError, reason_in, start_module
from mnistviz.core.types.progress import Progress
from mnistviz.runs.result_cache import ResultCache
from mnistviz.runs.snapshots import Snapshot

WORKER = "mnistviz.inspection.jobs.worker"

# Added to the niceness of a job's process, so that pages stay responsive.
NICENESS = 10

# A page that reads the progress holds the lock for a moment: wait so long for it.
LOCK_TIMEOUT_SECONDS = 5.0


class _StoppedError(Exception):
    """Somebody stopped the job."""


@dataclass(frozen=True)
class Job:
    """A computation whose result goes into a cache.

    `kind` and `arguments` are what the worker makes the same job from. `compute` stores the result
    and gets a function that takes the share that is done, in [0, 1].
    """

    snapshot: Snapshot
    cache: ResultCache[Any]
    kind: str
    arguments: tuple[str, ...]
    compute: Callable[[Progress], object]

    @property
    def name(self) -> str:
        """The name of the cache: it identifies the job among those of the snapshot."""
        return self.cache.name

    @property
    def progress_file(self) -> Path:
        return self.cache.file_of(self.snapshot).with_suffix(".progress.json")

    @property
    def lock_file(self) -> Path:
        return self.cache.file_of(self.snapshot).with_suffix(".lock")

    @property
    def log_file(self) -> Path:
        return self.cache.file_of(self.snapshot).with_suffix(".log")

    def progress(self) -> float | None:
        """The share in [0, 1] that is done, or None when no process is at work."""
        if not storage.is_locked(self.lock_file):
            return None
        return float(storage.read_json(self.progress_file).get("done", 0))

    def failure(self) -> str:
        """Return why the last process of the job failed, or "".

        Of a job that is at work, was stopped or has stored its result it is "".
        """
        if storage.is_locked(self.lock_file) or self.cache.file_of(self.snapshot).exists():
            return ""
        try:
            return reason_in(self.log_file.read_bytes())
        except OSError:
            return ""

    def start(self) -> None:
        """Start a process for the job; return when it is at work or done.

        Raises `RunError` when the process ends with an error at once.
        """
        run, log = self.snapshot.run, self.log_file
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        try:
            start_module(
                WORKER,
                [str(run.path), str(self.snapshot.step), self.kind, *self.arguments],
                log,
                lambda: self.progress() is not None,
                may_finish=True,
            )
        except ProcessStartError as error:
            raise RunError(
                f"{run.name}: the process that works it out did not start ({error})"
            ) from None

    def stop(self) -> None:
        """Let the process end at its next report of progress, within seconds."""
        self.progress_file.unlink(missing_ok=True)

    def run_exclusively(self) -> None:
        """Compute the result here, unless it is stored or another process is computing it."""
        self.lock_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.lock_file, timeout=LOCK_TIMEOUT_SECONDS):
                storage.write_json(self.progress_file, {"done": 0.0})
                try:
                    if self.cache.read(self.snapshot) is None:
                        self.compute(self._report_progress)
                except _StoppedError:
                    pass
                finally:
                    self.progress_file.unlink(missing_ok=True)
        except Timeout:
            pass

    def _report_progress(self, done: float) -> None:
        if not self.progress_file.exists():
            raise _StoppedError
        storage.write_json(self.progress_file, {"done": done})


def lower_priority() -> None:
    """Give this process a lower priority than pages and trainings."""
    processes.lower_priority(NICENESS)
    # Threads that wait actively would make a training beside them many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
