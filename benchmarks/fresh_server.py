"""Start and memory of the server: `python -m benchmarks.fresh_server`.

In a browser: from the request of a page to its heading, each time on a fresh server; on Draw also
to the canvas and from the first stroke to its answer. Then one server is visited on all pages, and
its memory is read before and after many reruns of each page, which are sent without a browser.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.visitor import browsing, serving
from benchmarks.websocket_session import answered, connected

# Pages by their address below the server's; the first one leads a stranger to Start here.
PAGES = (
    "",
    "start",
    "train",
    "design",
    "film",
    "runs",
    "data_sets",
    "kernels",
    "feature_maps",
    "microscope",
    "why",
    "embedding",
    "channels",
    "draw",
    "my_digits",
    "evaluate",
)
STROKE = [(70, 60), (200, 60), (120, 230)]
MEGABYTE = 2**20
# Milliseconds: without a change of the page after which it is complete, between two looks for an
# element, and for which one is waited for.
REST, LOOK, PATIENCE = 1_500, 20, 120_000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How soon a fresh server shows a page.")
    parser.add_argument("--visits", type=int, default=3, help="of each page, on fresh servers")
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=PAGES)
    parser.add_argument("--reruns", type=int, default=20, help="of each page, for the memory")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNISTVIZ_HOME"] = home
        visits = [
            (page, first_visit(page)) for _ in range(options.visits) for page in options.pages
        ]
        result["heading"] = {
            page: [times["heading"] for name, times in visits if name == page]
            for page in options.pages
        }
        for what in ("canvas", "answer"):
            result[what] = [times[what] for _, times in visits if what in times]
        result["memory"] = memory_of_all_pages(options.pages, options.reruns)
    print(json.dumps(result) if options.json else table(result))


def first_visit(name: str) -> dict[str, float]:
    """Return the seconds from the request of a page of a fresh server to its heading.

    On Draw also those to the canvas, and from the end of the first stroke to its answer.
    """
    with serving() as (_, url), browsing() as page:
        start = time.perf_counter()
        page.goto(f"{url}/{name}", wait_until="commit")
        shown(page, "h1")
        times = {"heading": time.perf_counter() - start}
        if name == "draw":
            canvas = shown(page, "canvas.upper-canvas")
            times["canvas"] = time.perf_counter() - start
            page.wait_for_timeout(1_000)
            draw(page, canvas.bounding_box())
            start = time.perf_counter()
            shown(page, "[data-testid=stMetric]")
            times["answer"] = time.perf_counter() - start
        return times


def shown(page: Any, selector: str) -> Any:
    """Wait for an element, and return it. Playwright's `wait_for` looks twice a second only."""
    element = page.locator(selector).first
    for _ in range(PATIENCE // LOOK):
        if element.is_visible():
            return element
        page.wait_for_timeout(LOOK)
    raise TimeoutError(f"expected {selector} within {PATIENCE / 1_000:.0f} s")


def draw(page: Any, box: dict[str, float]) -> None:
    for number, (x, y) in enumerate(STROKE):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def memory_of_all_pages(pages: Sequence[str], reruns: int) -> dict[str, float]:
    """Return the server's resident memory in MB after a visit to all pages, and after reruns."""
    with serving() as (server, url):
        with browsing() as page:
            for name in pages:
                page.goto(f"{url}/{name}")
                page.get_by_role("heading", level=1).wait_for()
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(REST)
        memory = {"visited": resident(server)}
        asyncio.run(rerun_pages(url, pages, reruns))
        memory[f"after {reruns} reruns of each page"] = resident(server)
        return memory


def resident(server: psutil.Process) -> float:
    return round(server.memory_info().rss / MEGABYTE, 1)


async def rerun_pages(url: str, pages: Sequence[str], reruns: int) -> None:
    """Run the script of each page so many times, in one session.

    Raises `RuntimeError` where a page shows an exception.
    """
    async with connected(url) as socket:
        for name in pages:
            message = BackMsg()
            message.rerun_script.page_name = name
            for _ in range(reruns):
                if await answered(socket, message.SerializeToString()):
                    raise RuntimeError(f"an exception is shown on {name or 'the first page'}")


def table(result: dict[str, Any]) -> str:
    """Return the result as a text table."""
    lines = [f"load of the machine before: {result['load']}"]
    medians = {page: statistics.median(times) for page, times in result["heading"].items()}
    for page, median in medians.items():
        lines.append(f"{page or 'overview':<14} heading after {median:.2f} s")
    lines.append(f"{'all pages':<14} heading after {statistics.median(medians.values()):.2f} s")
    if result["canvas"]:
        lines.append(f"{'draw':<14} canvas after {statistics.median(result['canvas']):.2f} s")
        lines.append(f"{'draw':<14} first answer after {statistics.median(result['answer']):.2f} s")
    lines += [f"memory, {when}: {size:.0f} MB" for when, size in result["memory"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
