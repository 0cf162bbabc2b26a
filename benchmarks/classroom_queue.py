"""How long a class waits for its try-outs: `python -m benchmarks.classroom_queue --people 30`.

So many people of a room ask for a try-out within five seconds, each in a home of their own. It
prints when the last one is done, the accuracies, and how far the times that the waiting runs show
were off: those shown 10 s after the last request, and those shown when half of the wait was over.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mnistviz.core import storage
from mnistviz.core.recipes import RECIPES
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.queue.expected_time import expected_times
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.training import launcher

REQUESTS_SECONDS = 5.0
FIRST_LOOK_SECONDS = 10.0
POLL_SECONDS = 0.5
TRY_OUT = RECIPES["try-out"]
# What must hold for the times shown.
TOLERANCE = 0.3


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How long a class waits for its try-outs.")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=1, help="the second one knows the speed")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as room:
        # As the server of a class: a slot for each core, one home for each visitor.
        os.environ[storage.ROOM_VARIABLE] = os.environ["MNISTVIZ_HOME"] = room
        results = [measure(Path(room), options.people) for _ in range(options.rounds)]
    print(json.dumps(results) if options.json else "\n\n".join(map(table, results)))


def measure(room: Path, people: int) -> dict[str, Any]:
    """Have all people of a room ask for a try-out, and wait for the last one."""
    load = round(os.getloadavg()[0], 1)
    homes = [room / "spaces" / f"{number:016x}" for number in range(people)]
    before = {run.path for home in homes for run in runs_of(home)}
    begun = time.time()
    with ThreadPoolExecutor(people) as pool:
        list(pool.map(lambda number: ask(number, homes[number], people), range(people)))
    asked = time.time() - begun
    runs = [run for home in homes for run in runs_of(home) if run.path not in before]
    ends: dict[Path, float] = {}
    shown: dict[str, Mapping[Path, tuple[float, float]]] = {}
    while len(ends) < len(runs):
        now = time.time() - begun
        for run in runs:
            if run.path not in ends and run_state(run) not in ACTIVE_STATES:
                ends[run.path] = now
        if "first" not in shown and now > asked + FIRST_LOOK_SECONDS:
            shown["first"] = look(room, now)
        if "half" not in shown and len(ends) >= len(runs) / 2:
            shown["half"] = look(room, now)
        time.sleep(POLL_SECONDS)
    errors = {
        when: [abs(end - ends[path]) / (ends[path] - now) for path, (now, end) in seen.items()]
        for when, seen in shown.items()
    }
    tests = [last_row(metrics_log.read(run), "test") for run in runs]
    return {
        "load": load,
        "people": people,
        "asked": round(asked, 1),
        "ends": sorted(round(end, 1) for end in ends.values()),
        "errors": errors,
        "states": sorted({run_state(run) for run in runs}),
        "accuracies": sorted(row.accuracy for row in tests if row is not None),
    }


def runs_of(home: Path) -> list[Run]:
    """The runs of a home."""
    return [registry.open_run(file.parent) for file in sorted(home.glob("*/spec.json"))]


def ask(number: int, home: Path, people: int) -> None:
    """Ask for a try-out at its time, as the server does for this visitor."""
    time.sleep(REQUESTS_SECONDS * number / people)
    with storage.acting_in(home):
        launcher.start(TRY_OUT.name, TRY_OUT.model, TRY_OUT.train.changed(measure_gap=True))


def look(room: Path, now: float) -> Mapping[Path, tuple[float, float]]:
    """The time, and the expected time of the end that waiting runs show now, by run."""
    return {path: (now, now + seen.end_seconds) for path, seen in expected_times(room).items()}


def table(result: Mapping[str, Any]) -> str:
    """Return the result as a text, times in seconds after the first request."""
    lines = [
        f"load of the machine before: {result['load']}; states at the end: "
        f"{', '.join(result['states'])}",
        f"{result['people']} try-outs asked for within {result['asked']} s: first done after "
        f"{result['ends'][0]} s, last after {result['ends'][-1]} s",
        f"accuracy on the test set {min(result['accuracies']):.2%} to "
        f"{max(result['accuracies']):.2%}",
    ]
    for when, errors in result["errors"].items():
        if errors:
            off = f"median {statistics.median(errors):.0%}, most {max(errors):.0%}"
            within = sum(error <= TOLERANCE for error in errors)
            lines.append(
                f"shown time of the end, {when} look: off by {off}; {within} of {len(errors)} "
                f"within {TOLERANCE:.0%}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
