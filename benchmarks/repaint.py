"""Time to repaint a page: `python -m benchmarks.repaint`.

In a browser, on a warm server: from the click or the key press to the last change within the
window, and on the whole page, for a change of page, layer, snapshot and image. The pages are
visited in turns.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.visitor import browsing, serving

# Records the time of the last change of the page, and of each element, since the last press of a
# button or key. Elements within a canvas are not painted: a table has its cells there for screen
# readers.
WATCH = """() => {
  const now = () => {
    window.pressed = performance.now(); window.changed = null; window.elements = new Map()
  }
  now()
  addEventListener('pointerdown', now, true)
  addEventListener('keydown', now, true)
  const element = node => node.nodeType === 1 ? node : node.parentElement
  new MutationObserver(changes => {
    for (const {target, addedNodes, type} of changes) {
      const within = element(target)
      if (!within?.closest('[data-testid=stMain]') || within.closest('canvas')) continue
      window.changed = performance.now()
      const changed = type === 'childList' ? [...addedNodes].map(element) : [within]
      for (const one of changed) window.elements.set(one, window.changed)
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true})
}"""
# Seconds from the press to the last change within the window, and to the last one on the page.
SECONDS = """() => {
  const seen = element => {
    const {top, bottom, width} = element?.getBoundingClientRect() ?? {}
    return element?.isConnected && width && top < innerHeight && bottom > 0
  }
  const times = [...window.elements].filter(([element]) => seen(element)).map(([, time]) => time)
  return [Math.max(window.pressed, ...times), window.changed].map(time =>
    (time - window.pressed) / 1000)
}"""
# A page is at rest when nothing has changed for this many milliseconds.
REST = 900
AT_REST = f"window.changed && performance.now() - window.changed > {REST}"

# Until the last change within the window, and on the whole page.
Seconds = tuple[float, float]
# (what is done, page, what is pressed)
Action = tuple[str, str, Callable[[Any, int], None]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How soon a page is repainted.")
    parser.add_argument("--looks", type=int, default=5, help="at each page")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNISTVIZ_HOME"] = home
        load = round(os.getloadavg()[0], 1)
        with serving() as (_, url), browsing(options.width) as page:
            page.goto(url)
            page.get_by_role("heading", level=1).wait_for()
            page.evaluate(WATCH)
            result = {"load": load, "seconds": measure(page, options.looks)}
    print(json.dumps(result) if options.json else table(result))


def measure(page: Any, looks: int) -> dict[str, list[Seconds]]:
    """Return the seconds of each visit, within the window and on the page, by action."""
    links = page.get_by_test_id("stSidebarNav").get_by_role("link")
    titles = [text.splitlines()[-1] for text in links.all_inner_texts()]
    found: dict[str, list[Seconds]] = {}
    for look in range(looks + 1):
        for title in titles:
            seconds = {f"page {title}": timed(page, partial(open_page, page, title))}
            for what, where, act in ACTIONS:
                if where == title:
                    seconds[f"{what} on {title}"] = timed(page, partial(act, page, look))
            # The first visit loads modules and caches: it is not counted.
            for what, value in seconds.items():
                found.setdefault(what, []).extend([value] if look else [])
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def timed(page: Any, act: Callable[[], None]) -> Seconds:
    act()
    page.wait_for_function(AT_REST, timeout=60_000)
    window, whole = page.evaluate(SECONDS)
    return window, whole


def open_page(page: Any, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()


def choose(*names: str) -> Callable[[Any, int], None]:
    """Press one of some buttons, another each time."""

    def act(page: Any, look: int) -> None:
        name = names[look % len(names)]
        page.get_by_test_id("stMain").get_by_role("radio", name=name, exact=True).first.click()

    return act


def next_image(page: Any, look: int) -> None:
    page.get_by_test_id("stSidebar").get_by_role("button", name="Increment").first.click()


def other_snapshot(page: Any, look: int) -> None:
    page.get_by_test_id("stSidebar").get_by_role("slider").press(
        "ArrowRight" if look % 2 else "ArrowLeft"
    )


ACTIONS: tuple[Action, ...] = (
    ("layer", "Kernels", choose("conv2", "conv3")),
    ("snapshot", "Kernels", other_snapshot),
    ("image", "Feature maps", next_image),
    ("stage", "Feature maps", choose("after the normalization", "after the ReLU")),
    ("image", "Microscope", next_image),
    ("layer", "Microscope", choose("conv2", "conv3")),
    ("image", "Why this answer?", next_image),
    ("layer", "Why this answer?", choose("conv2", "conv3")),
    ("image", "Map of digits", next_image),
)


def table(result: dict[str, Any]) -> str:
    """Return the result as a text table."""
    lines = [f"load of the machine before: {result['load']}"]
    medians = []
    for what, values in result["seconds"].items():
        window, whole = (statistics.median(each) for each in zip(*values, strict=True))
        medians.append((window, whole))
        ends = [end(value for _, value in values) for end in (min, max)]
        lines.append(
            f"{what:<32} in the window {window:.2f} s, all of it {whole:.2f} s, "
            f"{ends[0]:.2f} to {ends[1]:.2f}"
        )
    window, whole = (statistics.median(each) for each in zip(*medians, strict=True))
    lines.append(f"{'median of all':<32} in the window {window:.2f} s, all of it {whole:.2f} s")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
