"""Trainings that are killed, stopped, run out of disk or lose files, and are resumed each time.

All victims train the same network with the same settings; one that nobody disturbs says what their
weights and rows must be.
"""

import os
import random
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.chaos.findings import Findings
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import find_recipe
from mnistviz.runs import checkpoints, metrics_log, registry, snapshots, worker_log
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher

MODEL = ModelSpec(channels=(2, 2, 2), dropout=0.2)
TRAIN = find_recipe("try-out").train.changed(
    epochs=12, batch_size=10, learning_rate=0.01, num_images=100, held_out=100, seed=3
)
PATIENCE_SECONDS = 600.0
POLL_SECONDS = 0.02
FAKETIME = "faketime/libfaketimeMT.so.1"


class Victim:
    """A run that is disturbed, and which of its files were damaged on purpose."""

    def __init__(self, name: str, clock: Path | None) -> None:
        self.clock = clock
        self.damaged: set[str] = set()
        self.run = self._started(lambda: launcher.start("try-out", MODEL, TRAIN, name))

    def resume(self) -> None:
        def resumed() -> Run:
            launcher.resume(self.run)
            return self.run

        self._started(resumed)

    def _started(self, start: Callable[[], Run]) -> Run:
        """Start a worker whose clock is that of a file, where there is one."""
        before = dict(os.environ)
        if self.clock:
            os.environ |= {
                "LD_PRELOAD": str(find_faketime()),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        try:
            return in_front(start())
        finally:
            for name in os.environ.keys() - before.keys():
                del os.environ[name]

    @property
    def pids(self) -> list[int]:
        return pids_of(self.run.path)


def in_front(run: Run) -> Run:
    """Give the worker of a run its usual priority: it steps back behind all other programs."""
    for pid in pids_of(run.path):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, 0)
            Path(f"/proc/{pid}/autogroup").write_text("0")
    return run


def find_faketime() -> Path | None:
    """Return Debian's library that gives a process another clock, or None."""
    return next(iter(sorted(Path("/usr/lib").glob(f"*/{FAKETIME}"))), None)


def pids_of(folder: Path) -> list[int]:
    """Return the processes whose command line names a folder or something in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = entry.read_bytes().decode(errors="replace").split("\0")
            if any(f"{word}/".startswith(f"{folder}/") for word in words):
                found.append(int(entry.parent.name))
    return [pid for pid in found if pid != os.getpid()]


def send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_for(is_there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise TimeoutError(f"expected {what} within {PATIENCE_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


def wait_for_end(run: Run) -> None:
    """Wait until the worker of a run has ended, however it does."""
    wait_for(lambda: run_state(run) not in ACTIVE_STATES, f"the end of {run.name}")


def kill(folder: Path) -> None:
    """End all processes of a folder at once, as a power cut does, and wait until they are gone."""

    def are_gone() -> bool:
        send(pids_of(folder), signal.SIGKILL)
        return not pids_of(folder)

    wait_for(are_gone, "their end")


# ---------------------------------------------------------------- faults


def killed(victim: Victim, moments: random.Random) -> None:
    kill(victim.run.path)


def stopped_and_continued(victim: Victim, moments: random.Random) -> None:
    send(victim.pids, signal.SIGSTOP)
    time.sleep(moments.uniform(0.1, 1.5))
    send(victim.pids, signal.SIGCONT)
    time.sleep(moments.uniform(0, 0.5))
    kill(victim.run.path)


def stopped_and_killed(victim: Victim, moments: random.Random) -> None:
    send(victim.pids, signal.SIGSTOP)
    time.sleep(moments.uniform(0.1, 0.5))
    kill(victim.run.path)


def clock_changed(victim: Victim, moments: random.Random) -> None:
    if victim.clock:
        victim.clock.write_text(f"{moments.randint(-400_000, 400_000):+d}")
        time.sleep(1.5)  # until the library reads it
    kill(victim.run.path)


def disk_full(victim: Victim, moments: random.Random) -> None:
    """No file of the worker may grow beyond what its log has now and a little more."""
    size = victim.run.metrics_file.stat().st_size if victim.run.metrics_file.exists() else 0
    limit = size + moments.randint(0, 3_000)
    for pid in victim.pids:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, limit))
    wait_for(lambda: not victim.pids, "the end of a worker without disk")


def files_cut(victim: Victim, moments: random.Random) -> None:
    """A file of the killed run ends early, as after a power cut on a bad disk."""
    kill(victim.run.path)
    latest = checkpoints.files(victim.run)
    names = ["status.json", "control.json", "metrics.jsonl", "snapshots"]
    name = moments.choice([*names, "checkpoint"] if latest else names)
    file = victim.run.path / name
    if name == "checkpoint":
        file = latest[0]
    elif name == "snapshots":
        steps = snapshots.steps_of(victim.run)
        file = snapshots.file_of(Snapshot(victim.run, moments.choice(steps or [0])))
    if file.exists() and (size := file.stat().st_size):
        os.truncate(file, moments.randrange(size))
        victim.damaged.add(file.name)


FAULTS: dict[str, tuple[int, Callable[[Victim, random.Random], None]]] = {
    "worker killed": (8, killed),
    "worker stopped, continued, killed": (2, stopped_and_continued),
    "worker stopped, killed": (2, stopped_and_killed),
    "clock set back or forward, worker killed": (2, clock_changed),
    "disk full": (2, disk_full),
    "worker killed, a file cut short": (4, files_cut),
}


# ---------------------------------------------------------------- the part


def disturb(
    number: int, minutes: float, moments: random.Random, folder: Path, several: int = 1
) -> Findings:
    """Make so many faults in at most so many minutes, and compare how the victims end.

    There are `several` victims at a time, for as many slots of the home; `folder` is for clocks.
    """
    deadline = time.monotonic() + 60 * minutes
    findings = Findings()
    whole = in_front(launcher.start("try-out", MODEL, TRAIN, "whole"))
    victims: list[Victim] = []
    names = iter(range(1_000_000))
    wait_for_end(whole)

    def new_victim() -> Victim:
        index = next(names)
        clock = folder / f"clock-{index}" if index % 3 == 0 and find_faketime() else None
        if clock:
            clock.write_text("+0")
        return Victim(f"victim-{index}", clock)

    current = [new_victim() for _ in range(several)]
    kinds, weights = list(FAULTS), [weight for weight, _ in FAULTS.values()]
    for index in range(number):
        if time.monotonic() > deadline:
            break
        place = index % several
        victim = current[place]
        wait_for_moment(victim.run, moments, several)
        if run_state(victim.run) == "finished":
            victims.append(victim)
            victim = current[place] = new_victim()
            wait_for_moment(victim.run, moments, several)
        kind = moments.choices(kinds, weights)[0]
        FAULTS[kind][1](victim, moments)
        findings.done[kind] += 1
        # A killed process frees its locks a moment after it is gone.
        wait_for_end(victim.run)
        if run_state(victim.run) != "finished":
            victim.resume()
    for victim in [*victims, *current]:
        finish(victim)
        compare(victim, whole, findings)
    findings.look_for_tracebacks(worker_log.file_of(whole).read_text(errors="replace"), whole.name)
    return findings


def wait_for_moment(run: Run, moments: random.Random, several: int) -> None:
    """Wait for a random moment: in the start of the worker, or after a new checkpoint.

    So the run moves on, however often it is disturbed.
    """
    if moments.random() < 0.4:
        time.sleep(moments.uniform(0, 4) / several)
        return
    before = checkpoints.files(run)[:1]

    def has_moved() -> bool:
        return checkpoints.files(run)[:1] != before or run_state(run) not in ACTIVE_STATES

    wait_for(has_moved, f"a checkpoint of {run.name}, {run_state(run)}")
    time.sleep(moments.uniform(0, 0.6))


def finish(victim: Victim) -> None:
    """Let a victim train to its end."""
    while run_state(victim.run) != "finished":
        if run_state(victim.run) not in ACTIVE_STATES:
            victim.resume()
        wait_for_end(victim.run)


def compare(victim: Victim, whole: Run, findings: Findings) -> None:
    """Compare the weights and rows of a victim with those of the undisturbed run, bit for bit."""
    run = victim.run
    if run.id not in [other.id for other in registry.list_runs()]:
        findings.lost.append(f"{run.id} is not listed")
        return
    findings.look_for_tracebacks(worker_log.file_of(run).read_text(errors="replace"), run.name)
    last = TRAIN.num_steps
    if missing := set(snapshots.steps_of(whole)) - set(snapshots.steps_of(run)):
        findings.lost.append(f"{run.name}: the snapshots {sorted(missing)}")
    for step in set(snapshots.steps_of(run)) & set(snapshots.steps_of(whole)):
        snapshot = Snapshot(run, step)
        if snapshots.file_of(snapshot).name in victim.damaged and step != last:
            continue
        theirs = snapshots.in_order(snapshots.read(Snapshot(whole, step)))
        mine = snapshots.in_order(snapshots.read(snapshot))
        findings.checked["snapshots, bit for bit"] += 1
        if not all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True)):
            findings.wrong.append(f"{run.name}: the weights of step {step}")
    rows = {replace(row, seconds=0.0) for row in metrics_log.read(run)}
    expected = {replace(row, seconds=0.0) for row in metrics_log.read(whole)}
    if rows - expected:
        findings.wrong.append(f"{run.name}: rows {sorted(map(str, rows - expected))[:3]}")
    if expected - rows and "metrics.jsonl" not in victim.damaged:
        findings.lost.append(f"{run.name}: {len(expected - rows)} rows")
    findings.checked["runs resumed to their end"] += 1
