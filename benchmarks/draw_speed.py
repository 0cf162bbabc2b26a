"""Response time of the Draw page: `python -m benchmarks.draw_speed`.

In a browser: from the moment the pen is lifted to the new answer in the page, first with nothing
else to do, then while a run trains. And 100 sessions at once, without browsers: each sends what the
browser sent for a stroke, every 3 s for a minute, and waits for the last part of the answer.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.visitor import browsing, serving
from benchmarks.websocket_session import answered, connected

SEVEN = [(70, 60), (200, 60), (120, 230)]
# Dashes that overlap neither each other nor the seven: a stroke on existing ink would not change
# the answer.
DASHES = [
    [(left, y), (left + 24, y)]
    for y in (20, 92, 122, 152, 182, 212, 242)
    for left in (15, 55, 95, 135, 175, 215)
]
PAUSE = 3.0
# From lifting the pen to the first change of the answer, and the frame that shows it.
WATCH = """() => {
  window.answered = []
  addEventListener('pointerup', () => { window.lifted = performance.now() }, true)
  new MutationObserver(changes => {
    const shown = '[data-testid="stMetric"], .st-key-answer, .st-key-seen'
    const near = change => {
      const node = change.target
      return (node.nodeType === 1 ? node : node.parentElement)?.closest(shown)
    }
    if (window.lifted && changes.some(near)) {
      const lifted = window.lifted
      window.lifted = null
      requestAnimationFrame(() => setTimeout(() =>
        window.answered.push(performance.now() - lifted)))
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['href', 'd', 'xlink:href']})
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How fast the Draw page answers.")
    parser.add_argument("--strokes", type=int, default=20, help="in the browser, each time")
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    if 2 * options.strokes > len(DASHES):
        parser.error(f"strokes: expected at most {len(DASHES) // 2}, got {options.strokes}")
    idle, busy = DASHES[: options.strokes], DASHES[options.strokes : 2 * options.strokes]
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNISTVIZ_HOME"] = home
        result: dict[str, Any] = {"load": [round(value, 1) for value in os.getloadavg()]}
        with serving() as (server, url), browsing() as page:
            sent = opened(page, url)
            result["idle"] = reported("idle", browser_times(page, idle))
            waiting = many(url, list(sent), options.sessions, options.seconds, server)
            # Playwright runs its own event loop in this thread.
            with ThreadPoolExecutor(1) as thread:
                answers = thread.submit(asyncio.run, waiting).result()
            result["sessions"] = {
                **reported("sessions", answers.times),
                "errors": answers.errors,
                "cpu_ms": round(1_000 * answers.cpu / len(answers.times), 1),
            }
            result["training"] = reported("training", while_training(page, busy))
    print(json.dumps(result) if options.json else table(result))


def reported(name: str, times: Sequence[float]) -> dict[str, float]:
    """Return the spread of some times, and print it at once, as the whole takes minutes."""
    found = spread(times)
    print(f"\n{name}: {found}", file=sys.stderr, flush=True)
    return found


# ---------------------------------------------------------------- a browser


def opened(page: Any, url: str) -> list[bytes]:
    """Open the Draw page and return the list of messages that the browser sends from now on."""
    sent: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda data: sent.append(data) if isinstance(data, bytes) else None
        ),
    )
    page.goto(f"{url}/draw")
    page.locator("canvas.upper-canvas").wait_for(timeout=120_000)
    draw(page, SEVEN)  # the first answer loads the network
    page.get_by_test_id("stMetric").first.wait_for(timeout=120_000)
    page.wait_for_timeout(2_000)
    page.evaluate(WATCH)
    return sent


def draw(page: Any, points: Sequence[tuple[float, float]]) -> None:
    box = page.locator("canvas.upper-canvas").bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def browser_times(page: Any, strokes: Sequence[Sequence[tuple[float, float]]]) -> list[float]:
    """Return the seconds from lifting the pen to the answer, for each stroke."""
    found = []
    for stroke in strokes:
        known = page.evaluate("window.answered.length")
        draw(page, stroke)
        page.wait_for_function(f"window.answered.length > {known}", timeout=60_000)
        found.append(page.evaluate("window.answered.at(-1)") / 1_000)
        page.wait_for_timeout(700)
        print(".", end="", file=sys.stderr, flush=True)
    return found


def while_training(page: Any, strokes: Sequence[Sequence[tuple[float, float]]]) -> list[float]:
    """Return the same while a run trains on all cores."""
    from mnistviz.core.recipes import find_recipe
    from mnistviz.runs import metrics_log
    from mnistviz.training import launcher

    recipe = find_recipe("reference")
    run = launcher.start(recipe.name, recipe.model, recipe.train)
    try:
        while not metrics_log.read(run):
            time.sleep(0.2)
        return browser_times(page, strokes)
    finally:
        launcher.stop(run)


# ---------------------------------------------------------------- many sessions


@dataclass(frozen=True)
class Answers:
    """Seconds of all answers of all sessions, exceptions, and the server's CPU seconds."""

    times: list[float]
    errors: int
    cpu: float


async def many(
    url: str, recording: Sequence[bytes], sessions: int, seconds: float, server: psutil.Process
) -> Answers:
    """Return the answers to sessions that open the page, and then send strokes at the same time."""
    first, *strokes = recording
    async with contextlib.AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connected(url)) for _ in range(sessions)]
        errors = await asyncio.gather(*(answered(socket, first) for socket in sockets))
        before = cpu_seconds(server)
        parts = await asyncio.gather(
            *(
                session(socket, strokes[-2:], seconds, number / sessions)
                for number, socket in enumerate(sockets)
            )
        )
        used = cpu_seconds(server) - before
    return Answers(
        times=[time for times, _ in parts for time in times],
        errors=sum(errors) + sum(found for _, found in parts),
        cpu=used,
    )


async def session(
    socket: Any, strokes: Sequence[bytes], seconds: float, share: float
) -> tuple[list[float], int]:
    """Simulate a visitor, who sends a stroke every three seconds."""
    # Visitors draw at different times.
    await asyncio.sleep(PAUSE * (1 + share))
    times: list[float] = []
    errors = 0
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        sent = time.monotonic()
        errors += await answered(socket, strokes[len(times) % len(strokes)])
        times.append(time.monotonic() - sent)
        await asyncio.sleep(max(0.0, PAUSE - times[-1]))
    return times, errors


def cpu_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def spread(times: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile and maximum, in seconds, and the number."""
    if not times:
        return {"count": 0}
    ordered = sorted(times)
    found = {
        "median": statistics.median(ordered),
        "p95": ordered[int(0.95 * (len(ordered) - 1))],
        "longest": ordered[-1],
        "count": len(ordered),
    }
    return {name: round(value, 3) for name, value in found.items()}


def table(result: dict[str, Any]) -> str:
    """Return the result as a text table."""
    names = {
        "idle": "browser, idle (median ≤ 0.35)",
        "training": "browser, a run trains (median ≤ 0.45)",
        "sessions": "sessions at once (95 % ≤ 0.5)",
    }
    lines = [f"load of the machine before: {result['load'][0]}"]
    for key, name in names.items():
        one = result[key]
        lines.append(
            f"{name:<38} median {one['median']:.3f} s, 95 % {one['p95']:.3f} s, "
            f"longest {one['longest']:.3f} s, {one['count']} answers"
        )
    sessions = result["sessions"]
    lines.append(f"CPU of the server for a stroke: {sessions['cpu_ms']:.1f} ms")
    lines.append(f"exceptions in sessions: {sessions['errors']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
