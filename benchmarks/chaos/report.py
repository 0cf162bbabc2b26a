"""The report of the chaos, `docs/reliability.md`."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime

from benchmarks.chaos.findings import Findings

INTRODUCTION = """# Reliability

`make chaos` makes faults on purpose, counts what they destroy, and writes this page. A minute of it
is in `make test-all`. The networks are tiny (2/2/2 channels), so that a hundred trainings can be
killed in minutes.

- A training that is killed, stopped, without disk or with a file cut short is resumed. At its end,
  all weights and rows are compared with those of one that nobody disturbed, bit for bit.
- A study and its trainings are killed at once, as by a power cut, and carried on.
- Two processes write digits, marks, runs and studies to one home and are killed. What they said was
  written must be there. On a full disk, and in a home that may only be read, a change is refused
  with a message for people.
- Two servers on one home are killed while visitors open pages and start trainings.
- Pictures, drawings, links, data sets, exports, Keras models and the home's own files are damaged.
  Each must be read, or refused with a message for people.
"""


def report(findings: Findings, seed: int, seconds: float) -> str:
    """Return the report as Markdown."""
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    lines = [
        INTRODUCTION,
        f"Run of {when} on {os.cpu_count()} cores, seed {seed}, {seconds / 60:.0f} minutes.",
        "",
        "| found | number |",
        "|---|---|",
        f"| lost | {len(findings.lost)} |",
        f"| wrong | {len(findings.wrong)} |",
        f"| tracebacks | {len(findings.tracebacks)} |",
        "",
        *table("made", findings.done.items()),
        *table("compared", findings.checked.items()),
        "| process | most memory, MB |",
        "|---|---|",
        *(f"| {name} | {value:,.0f} |" for name, value in findings.peak_megabytes.items()),
    ]
    return "\n".join(lines) + "\n"


def table(title: str, counts: Iterable[tuple[str, int]]) -> list[str]:
    """Return the lines of a table of counts."""
    return [
        f"| {title} | number |",
        "|---|---|",
        *(f"| {name} | {number:,} |" for name, number in counts),
        "",
    ]
