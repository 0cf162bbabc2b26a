"""Cost of watching a training on the Train page: `python -m benchmarks.live_cost`.

Pairs of trainings, the same to the last bit: one with a person's browser on its Train page,
one with nobody there, in alternating order. Over the epochs of each, from the first row of
the log to the last, it compares the processor time of server and worker (the browser apart),
and the wall-clock time with and without the spectator.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from benchmarks.visitor import browsing, serving


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="What watching a training costs.")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2, help="of the recipe reference")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNISTVIZ_HOME"] = home
        # A warm worker would train some of the runs, and load the machine beside the others.
        os.environ["MNISTVIZ_WARM_SECONDS"] = "0"
        result = compared(measure(options.pairs, options.epochs))
    print(json.dumps(result) if options.json else table(result))


def measure(pairs: int, epochs: int) -> list[dict[str, dict[str, float]]]:
    """Return for each pair the times of the trainings `watched` and `alone`."""
    found = []
    with serving() as (server, url), browsing() as page:
        page.goto(f"{url}/train")
        page.get_by_role("heading", name="Train", exact=True).wait_for()

        def watch(name: str) -> None:
            page.goto(f"{url}/train?run={name}")
            page.get_by_role("heading", name=name, exact=True).wait_for()

        watching = {"watched": watch, "alone": lambda name: page.goto("about:blank")}
        for pair in range(pairs):
            order = ["watched", "alone"] if pair % 2 else ["alone", "watched"]
            taken = {}
            for way in order:
                taken[way] = train(server, epochs, watching[way])
                print(".", end="", file=sys.stderr, flush=True)
            found.append(taken)
    print(file=sys.stderr)
    return found


def train(server: psutil.Process, epochs: int, watch: Callable[[str], object]) -> dict[str, float]:
    """Train a run, call `watch` with its name, and time it from its first row to its last."""
    from mnistviz.core.recipes import find_recipe
    from mnistviz.runs import metrics_log
    from mnistviz.runs.run_state import ACTIVE_STATES, run_state
    from mnistviz.training import launcher

    recipe = find_recipe("reference")
    run = launcher.start(recipe.name, recipe.model, recipe.train.changed(epochs=epochs))
    watch(run.name)
    reader = metrics_log.MetricsReader(run.metrics_file)
    while not reader.poll():
        time.sleep(0.05)
    (worker,) = [
        process
        for process in psutil.process_iter()
        if {str(run.path), "mnistviz.training.worker"} <= set(process.cmdline())
    ]
    before = processor_seconds(server), processor_seconds(worker)
    # The worker evaluates the test set after the last epoch, which is not timed.
    last = before
    while run_state(run) in ACTIVE_STATES:
        try:
            last = processor_seconds(server), processor_seconds(worker)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    rows = reader.poll()
    return {
        "wall": rows[-1].seconds - rows[0].seconds,
        "server": last[0] - before[0],
        "worker": last[1] - before[1],
    }


def processor_seconds(process: psutil.Process) -> float:
    """Return the user and system time of a process so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def compared(pairs: Sequence[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Return the server's share of the worker's processor time, and the paired time ratios."""
    shares = [pair["watched"]["server"] / pair["watched"]["worker"] for pair in pairs]
    ratios = [pair["watched"]["wall"] / pair["alone"]["wall"] for pair in pairs]
    return {
        "server_share": spread(shares),
        "wall_ratio": spread(ratios),
        "pairs": [
            {
                way: {key: round(value, 2) for key, value in taken.items()}
                for way, taken in one.items()
            }
            for one in pairs
        ],
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, minimum and maximum."""
    found = {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}
    return {name: round(value, 4) for name, value in found.items()}


def table(result: dict[str, Any]) -> str:
    """Return the result as a text table."""
    share, ratio = result["server_share"], result["wall_ratio"]
    return (
        f"server's processor time, of the worker's: {share['median']:.2%}"
        f" ({share['lowest']:.2%} to {share['highest']:.2%})\n"
        f"wall-clock watched / alone: {ratio['median']:.3f}"
        f" ({ratio['lowest']:.3f} to {ratio['highest']:.3f}), {len(result['pairs'])} pairs"
    )


if __name__ == "__main__":
    main()
