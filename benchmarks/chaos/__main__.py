"""Makes faults at random and counts what was lost: `python -m benchmarks.chaos`.

Ends with status 1 where a stored thing is lost or wrong, or a traceback was seen.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.chaos import servers, stores, studies, trainings
from benchmarks.chaos.findings import Findings
from benchmarks.chaos.report import report
from mnistviz.core.assets import PROJECT

# So many trainings at a time.
SLOTS = 1
REPORT = PROJECT / "docs" / "reliability.md"


@dataclass(frozen=True)
class Amounts:
    """How often each fault is made; those of trainings in at most so many minutes."""

    trainings: int
    minutes: float
    studies: int
    writers: int
    full_disks: int
    servers: int
    resumed: int
    links: int
    inputs: int


WHOLE = Amounts(
    trainings=100,
    minutes=30,
    studies=2,
    writers=15,
    full_disks=3,
    servers=8,
    resumed=2,
    links=300,
    inputs=10_000,
)
SHORT = Amounts(
    trainings=1,
    minutes=1,
    studies=0,
    writers=2,
    full_disks=1,
    servers=1,
    resumed=0,
    links=20,
    inputs=600,
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make faults and count what they destroy.")
    parser.add_argument("--short", action="store_true", help="a minute of it")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name}")
    parser.add_argument("--minutes", type=float, help="at most for the trainings")
    options = parser.parse_args(arguments)
    amounts = SHORT if options.short else WHOLE
    if options.minutes is not None:
        amounts = replace(amounts, minutes=options.minutes)
    seed = random.randrange(10_000) if options.seed is None else options.seed
    begin = time.monotonic()
    findings, text = Findings(), ""
    for found in all_parts(amounts, seed):
        findings.add(found)
        text = report(findings, seed, time.monotonic() - begin)
        # After each part: one that is ended early leaves what was found until then.
        if options.write:
            REPORT.write_text(text, encoding="utf-8")
        for fault in found.faults:
            print(fault, file=sys.stderr)
    print(text)
    return 1 if findings.faults else 0


def all_parts(amounts: Amounts, seed: int) -> Iterator[Findings]:
    """Run all parts, each in a home of its own, and yield what each found."""
    moments = random.Random(seed)
    parts: dict[str, Callable[[Path], Findings]] = {
        "trainings": lambda home: trainings.disturb(
            amounts.trainings, amounts.minutes, moments, home, SLOTS
        ),
        "inputs": lambda home: inputs(amounts.inputs, seed),
        "links": lambda home: servers.open_links(
            servers.made_up_links(amounts.links, moments), home
        ),
        "writers": lambda home: writers(amounts, moments),
        "servers": lambda home: servers.disturb(amounts.servers, amounts.resumed, moments, home),
    }
    if amounts.studies:
        parts["studies"] = lambda home: studies.disturb(amounts.studies, moments)
    for name, part in parts.items():
        begin = time.monotonic()
        with a_home() as home:
            try:
                yield part(home)
            finally:
                trainings.kill(home)
        print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)


def writers(amounts: Amounts, moments: random.Random) -> Findings:
    findings = stores.disturb(amounts.writers, moments)
    findings.add(stores.fill_the_disk(amounts.full_disks, moments))
    stores.write_to_a_read_only_home(findings)
    return findings


def inputs(number: int, seed: int) -> Findings:
    """Read so many damaged inputs in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.chaos.fuzz", str(number), str(seed)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    findings = Findings()
    if done.returncode:
        findings.tracebacks.append(f"the reader of inputs ended: {done.stderr[-1_500:]}")
        return findings
    result = json.loads(done.stdout)
    findings.done.update(result["done"])
    findings.tracebacks += result["faults"]
    findings.peak_megabytes["reader of all inputs but Keras models"] = result["peak_mb"]
    findings.checked["inputs read or refused in words"] += sum(result["done"].values())
    return findings


@contextmanager
def a_home() -> Iterator[Path]:
    """Set an empty home folder that other users may read, and as many slots as `SLOTS`."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        Path(folder).chmod(0o755)
        os.environ |= {"MNISTVIZ_HOME": str(home), "MNISTVIZ_SLOTS": str(SLOTS)}
        try:
            yield home
        finally:
            os.environ.clear()
            os.environ.update(kept)


if __name__ == "__main__":
    sys.exit(main())
