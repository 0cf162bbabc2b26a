"""Time from the click on *Try it out* to the first step: `python -m benchmarks.train_start`.

In a browser, on a server that has shown the page before: until the first step is in the run's log,
until the chart shows its first point, and until the run is done. A cold start loads TensorFlow
after the click; a warm one finds a worker that has loaded it while the page was open. They are
timed in turns; each pair has one of both.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.visitor import browsing, serving
from mnistviz.core import storage
from mnistviz.core.recipes import RECIPES
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.training import warm_start

WAYS = ("cold", "warm")
ENDS = ("first step", "first point", "done")
# The throw-away networks that a warm worker trains for this page: the try-out, the form's recipe.
REHEARSALS = 2
POLL_SECONDS = 0.01
# Until the process of a finished run has ended, and a warm worker whose folder is gone.
REST_SECONDS = 3.0
PATIENCE_SECONDS = 100
TRY_OUT = RECIPES["try-out"]
# The curve of the batches has points of the try-out: that of the run shown before is longer.
HAS_POINT = f"""() => {{
  const plots = [...document.querySelectorAll('.st-key-accuracy .js-plotly-plot')]
  const curves = plots.map(plot => plot._fullData?.[0]?.x ?? [])
  return curves.some(x => x.length && x[x.length - 1] <= {TRY_OUT.train.epochs})
}}"""

# Seconds after the click: of the first step, of its point in the chart, of the end of the run.
Times = tuple[float, float, float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How soon a training makes its first step.")
    parser.add_argument("--pairs", type=int, default=5, help="of a cold and a warm start")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    load = round(os.getloadavg()[0], 1)
    result = {"load": load, "seconds": measure(options.pairs)}
    print(json.dumps(result) if options.json else table(result))


def measure(pairs: int) -> dict[str, list[Times]]:
    """Return the times of each start, cold and warm."""
    found: dict[str, list[Times]] = {way: [] for way in WAYS}
    with ExitStack() as stack:
        homes, urls = {}, {}
        for way in WAYS:
            homes[way] = stack.enter_context(tempfile.TemporaryDirectory())
            os.environ["MNISTVIZ_HOME"] = homes[way]
            os.environ["MNISTVIZ_WARM_SECONDS"] = "120" if way == "warm" else "0"
            _, urls[way] = stack.enter_context(serving())
        page = stack.enter_context(browsing())
        # The first visit to each server loads modules: it is not counted.
        for pair in range(pairs + 1):
            for way in WAYS if pair % 2 else reversed(WAYS):
                os.environ["MNISTVIZ_HOME"] = homes[way]
                times = start(page, urls[way], way)
                found[way] += [times] if pair else []
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def start(page: Any, url: str, way: str) -> Times:
    """Open Train, wait for the warm worker if there is to be one, press *Try it out*."""
    page.goto(f"{url}/train")
    button = page.get_by_role("button", name="Try it out")
    button.wait_for()
    if way == "warm":
        offer = warm_start.files().offer
        deadline = time.monotonic() + PATIENCE_SECONDS
        while storage.read_json(offer).get("rehearsed", 0) < REHEARSALS:
            if time.monotonic() > deadline:
                raise SystemExit("the warm worker was not ready in time")
            time.sleep(POLL_SECONDS)
    page.wait_for_timeout(1_000)
    before = {run.id for run in registry.list_runs()}
    clicked = time.perf_counter()
    button.click()
    while not (new := [run for run in registry.list_runs() if run.id not in before]):
        time.sleep(POLL_SECONDS)
    (run,) = new
    while not metrics_log.read(run):
        time.sleep(POLL_SECONDS)
    step = time.perf_counter() - clicked
    page.wait_for_function(HAS_POINT, timeout=1000 * PATIENCE_SECONDS, polling=20)
    point = time.perf_counter() - clicked
    while run_state(run) in ACTIVE_STATES:
        time.sleep(POLL_SECONDS)
    done = time.perf_counter() - clicked
    page.goto("about:blank")
    shutil.rmtree(warm_start.files().folder, ignore_errors=True)
    time.sleep(REST_SECONDS)
    return step, point, done


def table(result: dict[str, Any]) -> str:
    """Return the result as a text table, with the ratios of the medians."""
    lines = [f"load of the machine before: {result['load']}"]
    seconds = result["seconds"]
    for index, end in enumerate(ENDS):
        medians = {way: statistics.median(times[index] for times in seconds[way]) for way in WAYS}
        parts = []
        for way in WAYS:
            values = [times[index] for times in seconds[way]]
            parts.append(f"{way} {medians[way]:.2f} s ({min(values):.2f} to {max(values):.2f})")
        ratio = medians["warm"] / medians["cold"]
        lines.append(f"click → {end:<12} {', '.join(parts)}, ratio {ratio:.2f}")
    lines.append(f"{len(seconds['cold'])} pairs")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
