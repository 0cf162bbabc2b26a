"""A class on one server for hours: `python -m benchmarks.soak --visitors 60 --minutes 120`.

Each visitor has a cookie, a space and a window without a browser: two thirds of the time one draws,
a stroke every 3 s, and one third of it one looks at a page, another one every 6 s. So many try-outs
as told train at once, and the teacher has the board open. It reports errors, the times from pen-up
to the last part of the answer, and the server's memory while nobody does anything and while all
work.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.chaos.trainings import kill
from benchmarks.draw_speed import spread
from benchmarks.soak.class_server import ClassServer
from benchmarks.soak.visitors import Findings, Visitor, watch_board
from mnistviz.core import storage
from mnistviz.runs.queue.tickets import tickets

# Until the memory of visitors who do nothing is read.
REST_SECONDS = 5.0
SAMPLE_SECONDS = 5.0
JOIN_SECONDS = 0.2
# Errors that are printed whole.
MOST_ERRORS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A class on one server, for hours.")
    parser.add_argument("--visitors", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--training", type=int, default=2, help="try-outs at work at once")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    result = soak(options.visitors, 60 * options.minutes, options.training)
    print(json.dumps(result) if options.json else table(result))
    if result["errors"] or result["tracebacks"]:
        sys.exit(1)


def soak(visitors: int, seconds: float, training: int) -> dict[str, Any]:
    """Return what so many visitors measure in so many seconds; `training` try-outs at once."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "room"
        os.environ[storage.ROOM_VARIABLE] = str(room)
        server = ClassServer(room, Path(folder) / "server.log")
        try:
            return asyncio.run(_soak(server, visitors, seconds, training))
        finally:
            server.kill()
            kill(room)
            del os.environ[storage.ROOM_VARIABLE]


async def _soak(
    server: ClassServer, visitors: int, seconds: float, training: int
) -> dict[str, Any]:
    load = os.getloadavg()[0]
    findings = Findings()
    people = [Visitor(server, number, findings) for number in range(visitors)]
    await people[0].enter()
    await asyncio.sleep(REST_SECONDS)
    one = server.megabytes
    for person in people[1:]:
        await person.enter()
        await asyncio.sleep(JOIN_SECONDS)
    await asyncio.sleep(REST_SECONDS)
    idle = (server.megabytes - one) / max(1, visitors - 1)
    used, started = server.cpu_seconds, time.monotonic()
    tasks = [asyncio.create_task(person.work()) for person in people]
    tasks.append(asyncio.create_task(watch_board(server, findings)))
    tasks.append(asyncio.create_task(_keep_training(server.room, people, training)))
    memory = []
    while time.monotonic() - started < seconds:
        await asyncio.sleep(SAMPLE_SECONDS)
        memory.append((time.monotonic() - started, server.megabytes))
        # A task that ended did so by an error.
        for task in tasks:
            if task.done():
                task.result()
    wall = time.monotonic() - started
    cpu = (server.cpu_seconds - used) / wall
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for person in people:
        await person.leave()
    return {
        "load": round(load, 1),
        "visitors": visitors,
        "seconds": round(wall),
        "training": training,
        "strokes": spread(findings.strokes),
        "pages": spread(findings.pages),
        "errors": findings.errors,
        "tracebacks": server.tracebacks,
        "done": dict(findings.done),
        "idle_visitor_mb": round(idle, 2),
        "mb_of_one_visitor": round(one),
        "mb_at_most": round(max(size for _, size in memory)),
        "mb": [(round(at), round(size)) for at, size in memory[:: max(1, len(memory) // 24)]],
        "slope_mb_per_hour": round(slope(memory[len(memory) // 2 :]), 1),
        "cpu_cores": round(cpu, 2),
    }


async def _keep_training(room: Path, people: Sequence[Visitor], training: int) -> None:
    """Have visitors press *Try it out* so that so many runs are at work or wait."""
    while True:
        active = len(await asyncio.to_thread(tickets, room))
        missing = training - active - sum(person.shall_train for person in people)
        ready = [person for person in people if person.may_train]
        # Those with the fewest runs first, so that all have some.
        ready.sort(key=lambda person: person.runs)
        for person in ready[: max(0, missing)]:
            person.shall_train = True
        await asyncio.sleep(1)


def slope(memory: Sequence[tuple[float, float]]) -> float:
    """Return by how many MB an hour the memory grew: a line through (seconds, MB)."""
    with suppress(statistics.StatisticsError):
        return 3_600 * statistics.linear_regression(*zip(*memory, strict=True)).slope
    return 0.0


def table(result: dict[str, Any]) -> str:
    """Return the result as a text."""
    lines = [
        f"load of the machine before: {result['load']}",
        f"{result['visitors']} visitors for {result['seconds'] / 60:.1f} min, "
        f"{result['training']} try-outs at once; "
        + ", ".join(f"{count:,} {what}" for what, count in sorted(result["done"].items())),
    ]
    for what, name in (("strokes", "pen-up to answer"), ("pages", "a page, whole")):
        if (found := result[what])["count"]:
            lines.append(
                f"{name:<18} median {found['median']:.3f} s, 95 % {found['p95']:.3f} s, longest "
                f"{found['longest']:.3f} s, {found['count']:,} times"
            )
    lines += [
        f"memory of the server: {result['mb_of_one_visitor']} MB with one visitor, at most "
        f"{result['mb_at_most']} MB; {result['idle_visitor_mb']:.1f} MB for an idle visitor",
        f"memory in the second half: {result['slope_mb_per_hour']:+.0f} MB an hour; at "
        + ", ".join(f"{at / 60:.0f} min {size} MB" for at, size in result["mb"]),
        f"processor of the server: {result['cpu_cores']:.2f} cores",
        f"errors: {len(result['errors'])}, tracebacks in the log: {result['tracebacks']}",
        *(f"  {text[:300]}" for text in result["errors"][:MOST_ERRORS]),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
