"""Start runs in a warm worker: a process that has loaded TensorFlow before a run exists.

The processes share a folder of the room. Each file has one writer:

    worker.lock    held by the warm worker until it has a run
    offer.json     by the warm worker: the fingerprint of its code and environment, and the number
                   of settings that it has compiled for
    wanted.json    by pages: the settings of the runs that may be started; its time is the last wish
    handover.lock  held by a process while it hands over a run
    next.json      by that process: the run; the warm worker renames it to accepted.json
    accepted.json  removed by the warm worker once the run has its state and its lock

A run that is not accepted is started in a worker of its own, so nothing is lost when a warm
worker ends at any time. The lock of the run prevents that two workers train it.
"""

import hashlib
import importlib.metadata
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import MissingPackageError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.processes import START_TIMEOUT_SECONDS, crash_reason, start_module
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state

IDLE_SECONDS = 120
# A warm worker looks for a run every 20 ms, but on a busy machine its low priority delays it. A
# worker of its own would take longer than this wait.
ACCEPT_SECONDS = 10.0
POLL_SECONDS = 0.02
# So long no other warm worker is started after one that could not load TensorFlow.
RETRY_SECONDS = 600.0

# Names of environment variables that change how a worker trains begin with one of these.
_SETTINGS = ("MNISTVIZ_", "TF_", "XLA_", "KERAS_", "PYTHON", "OMP_", "LD_", "MALLOC_", "CUDA_")
_NO_SETTINGS = ("MNISTVIZ_HOME", storage.ROOM_VARIABLE, "MNISTVIZ_WARM_SECONDS")
_PACKAGES = ("tensorflow", "keras", "numpy")

# What a run will be trained with.
Wish = tuple[ModelSpec, TrainSpec]


@dataclass(frozen=True)
class Files:
    """The files by which a warm worker and the processes that start runs meet."""

    folder: Path
    lock: Path
    offer: Path
    wanted: Path
    next: Path
    accepted: Path
    log: Path


def files(folder: Path | None = None) -> Files:
    """Return the files of the warm worker of a folder, by default the one of this server."""
    folder = folder or storage.room() / "warm-worker"
    names = ("worker.lock", "offer.json", "wanted.json", "next.json", "accepted.json", "warm.log")
    return Files(folder, *(folder / name for name in names))


def idle_seconds() -> float:
    """Return after how many seconds a warm worker that nobody wants ends; 0: there is none.

    It is the environment's `MNISTVIZ_WARM_SECONDS`, or 120.
    """
    text = os.environ.get("MNISTVIZ_WARM_SECONDS", "")
    return float(text) if text.isdigit() else IDLE_SECONDS


def fingerprint() -> str:
    """Return a hash of all that a worker depends on besides its run: code and environment."""
    code = [
        (str(file), file.stat().st_mtime_ns)
        for folder in sorted((PROJECT / "mnistviz").iterdir())
        if folder.is_dir() and folder.name != "assets"
        for file in sorted(folder.rglob("*.py"))
    ]
    versions = [_version(package) for package in _PACKAGES]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    everything = (sys.executable, versions, cores, _settings(os.environ), code)
    return hashlib.sha256(repr(everything).encode()).hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _settings(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(
        (name, value)
        for name, value in environment.items()
        if name.startswith(_SETTINGS) and name not in _NO_SETTINGS
    )


def want(*wishes: Wish) -> None:
    """Keep a warm worker for the next two minutes, ready for runs with these settings.

    One is started where there is none. Without a folder to write to nothing happens.
    """
    if not idle_seconds():
        return
    found = files()
    value = {
        "wishes": [
            {"model": model.model_dump(mode="json"), "train": train.model_dump(mode="json")}
            for model, train in wishes
        ]
    }
    with suppress(OSError):
        found.folder.mkdir(parents=True, exist_ok=True)
        if storage.read_json(found.wanted) == value:
            os.utime(found.wanted)
        else:
            storage.write_json(found.wanted, value)
        if not storage.is_locked(found.lock) and not _has_just_crashed(found):
            found.log.unlink(missing_ok=True)
            # It is of use as soon as it holds its lock; nobody waits for that.
            start_module(
                "mnistviz.training.warm_worker", [str(found.folder)], found.log, lambda: True
            )


def _has_just_crashed(found: Files) -> bool:
    """Return whether the last warm worker could not load TensorFlow, minutes ago at most.

    A new one would fail, too, and take a core for seconds at each change on the page.
    """
    try:
        age = time.time() - found.log.stat().st_mtime
        output = found.log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    failed = crash_reason(output) or MissingPackageError.__name__ in output
    return bool(failed) and abs(age) < RETRY_SECONDS


def is_offered() -> bool:
    """Return whether a warm worker of this code and environment waits for a run."""
    found = files()
    return storage.is_locked(found.lock) and (
        storage.read_json(found.offer).get("fingerprint") == fingerprint()
    )


def hand_over(run: Run) -> bool:
    """Have the warm worker train a run. Return whether it does: False where no slot is free, too.

    Returns when the run has its state, after 10 s at most if the warm worker does not answer.
    """
    found = files()
    if not is_offered():
        return False
    try:
        with FileLock(found.folder / "handover.lock", timeout=0):
            storage.write_json(found.next, {"run": str(run.path)})
            _wait_for_answer(found)
    except (OSError, Timeout):
        # The folder is gone, or another run is being handed over.
        return False
    return run_state(run) in ACTIVE_STATES


def _wait_for_answer(found: Files) -> None:
    """Wait until the warm worker has accepted or refused the run, or has ended."""
    begun = time.monotonic()
    while storage.is_locked(found.lock) and time.monotonic() - begun < START_TIMEOUT_SECONDS:
        if found.next.exists():
            if time.monotonic() - begun > ACCEPT_SECONDS:
                # If the worker renames it at this moment, the loop goes on with what it accepted.
                found.next.unlink(missing_ok=True)
        elif not found.accepted.exists():
            break
        time.sleep(POLL_SECONDS)
    found.next.unlink(missing_ok=True)
    found.accepted.unlink(missing_ok=True)
