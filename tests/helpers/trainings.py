"""Short trainings, and functions that wait for what their workers do."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import checkpoints, worker_log
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, read_status, run_state

# Long enough to be stopped or killed in the middle, short enough to be waited for.
LONG = TrainSpec(epochs=50, batch_size=32, num_images=5_000, held_out=200)


KILLED = TrainSpec(epochs=3, batch_size=32, num_images=3_000, held_out=200)


SHORT = TrainSpec(epochs=1, batch_size=50, num_images=500, held_out=200)


# A network whose training starts in half the time, for runs that only have to come to their end.
SMALL = ModelSpec(network="2C9S4-BN-10C5")


# Ten times what a quiet machine takes: how fast a training is stands elsewhere.
PATIENCE = 180


def wait_until(run: Run, *states: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while (state := run_state(run)) not in states:
        told = f"{worker_log.reason_of_end(run)}\n{worker_log.read_last(run)}"
        # What has ended stays as it is: no reason to wait on.
        assert state in ACTIVE_STATES, f"{state}: {told}"
        assert time.monotonic() < deadline, f"still {state}: {told}"
        time.sleep(0.05)


def wait_for_rows(run: Run, count: int) -> None:
    reader = MetricsReader(run.metrics_file)
    deadline = time.monotonic() + PATIENCE
    while len(reader.poll()) < count:
        assert run_state(run) in ACTIVE_STATES, worker_log.read_last(run)
        assert time.monotonic() < deadline
        time.sleep(0.05)


def worker_pids(run: Run) -> list[int]:
    """Processes that have the run's lock open, or whose command line names its directory."""
    found = []
    lock = run.path.resolve() / "worker.lock"
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            open_files = [file.readlink() for file in (entry / "fd").iterdir()]
        except OSError:
            continue
        pid = int(entry.name)
        if pid != os.getpid() and (str(run.path).encode() in words or lock in open_files):
            found.append(pid)
    return found


def wait_for_step(run: Run, step: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while (status := read_status(run)) is None or status.step < step:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for_checkpoint(run: Run, step: int) -> None:
    """Wait until the run could go on from a step or a later one."""
    deadline = time.monotonic() + PATIENCE
    while not any(int(file.stem.removeprefix("step-")) >= step for file in checkpoints.files(run)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for_event(run: Run, event: str) -> dict[str, Any]:
    reader = MetricsReader(run.metrics_file)
    deadline = time.monotonic() + PATIENCE
    while not (found := [one for one in reader.events() if one["event"] == event]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found[-1]


def wait_for_exit(run: Run, seconds: float = 10) -> None:
    """A worker writes its last status a moment before it ends."""
    deadline = time.monotonic() + seconds
    while worker_pids(run):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kill(run: Run) -> None:
    for pid in worker_pids(run):
        os.kill(pid, signal.SIGKILL)
    wait_until(run, "crashed", seconds=10)
    wait_for_exit(run)
