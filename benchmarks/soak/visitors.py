"""What simulated visitors and the teacher of a class do."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.soak.class_server import ClassServer
from benchmarks.soak.window import Window, cookies_of
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes

CANVAS_SIZE = 280
# Polylines in canvas pixels, stroke by stroke, as fingers write them.
DIGITS = (
    [[(140, 40), (140, 240)]],
    [[(70, 60), (200, 60), (120, 230)], [(100, 140), (190, 140)]],
    [[(90, 50), (70, 150), (190, 150)], [(160, 90), (160, 240)]],
    [[(140, 40), (80, 90), (80, 190), (140, 240), (200, 190), (200, 90), (140, 40)]],
)
PAGES = (
    *("", "start", "train", "runs", "evaluate", "my_digits", "kernels", "microscope"),
    *("feature_maps", "why", "design", "film", "embedding", "channels"),
)
STROKES_OF_A_ROUND, PAGES_OF_A_ROUND = 10, 5
STROKE_SECONDS, PAGE_SECONDS = 3.0, 6.0
LOOKING_SHARE = 1 / 3
KEPT_SHARE = 0.1
# Below the limit of 20, so that no try-out is refused.
MOST_RUNS = 18
CONSENT = "The class may use my digits"
BOARD_SECONDS = 20.0
BOARD_VIEWS = ("Who is here", "Curves", "Digits", "Lesson")


@dataclass
class Findings:
    """Seconds of answers and pages, errors, and counts of what was done."""

    strokes: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)


class Visitor:
    """A visitor with a cookie, a space and one window."""

    def __init__(self, server: ClassServer, number: int, findings: Findings) -> None:
        self._url = server.url
        self._moments = random.Random(number)
        self._findings = findings
        self.runs = 0
        # Set by `main`: this visitor shall press *Try it out* next.
        self.shall_train = False

    @property
    def may_train(self) -> bool:
        return self.runs < MOST_RUNS and not self.shall_train

    async def enter(self) -> None:
        """Get a cookie and open the first page."""
        self.cookies = await asyncio.to_thread(cookies_of, self._url)
        self.window = Window(self._url, self.cookies)
        await self.window.__aenter__()
        await self.window.open("")

    async def leave(self) -> None:
        """Close the window, and report its errors."""
        await self.window.__aexit__(None, None, None)
        self._findings.errors += self.window.errors
        self._findings.done["polls"] += self.window.polled

    async def work(self) -> None:
        """Draw, look at pages and train, until the task is cancelled."""
        await asyncio.sleep(self._moments.uniform(0, STROKE_SECONDS))
        while True:
            if self.shall_train:
                await self._train()
            elif self._moments.random() < LOOKING_SHARE:
                await self._look()
            else:
                await self._draw()

    async def _draw(self) -> None:
        await self._open("draw")
        if self._moments.random() < KEPT_SHARE:
            await self._open("my_digits")
            await self.window.switch(CONSENT, True)
            await self._open("draw")
        if self.runs and not self.window.has_canvas:
            # The run that this visitor trains has no network yet.
            self._findings.done["waits for a network"] += 1
            await asyncio.sleep(PAGE_SECONDS)
            return
        for lines in self._drawings():
            seconds = await self.window.draw(lines)
            self._findings.strokes.append(seconds)
            await asyncio.sleep(max(0.0, STROKE_SECONDS - seconds))
            if self._moments.random() < KEPT_SHARE and await self.window.press("Right, it is"):
                self._findings.done["digits kept"] += 1
                await asyncio.sleep(STROKE_SECONDS)
            if self.shall_train:
                return

    def _drawings(self) -> list[Strokes]:
        """Return drawings that grow stroke by stroke, no two of which are alike."""
        found: list[Strokes] = []
        while len(found) < STROKES_OF_A_ROUND:
            digit = self._moments.choice(DIGITS)
            lines = [self._shaken(line) for line in digit]
            found += [
                Strokes(CANVAS_SIZE, CANVAS_SIZE, CANVAS_BRUSH, tuple(lines[:count]))
                for count in range(1, len(lines) + 1)
            ]
        return found

    def _shaken(self, line: Sequence[tuple[int, int]]) -> FloatArray:
        points = [[x + self._moments.uniform(-12, 12) for x in point] for point in line]
        return np.array(points, np.float32)

    async def _look(self) -> None:
        for _ in range(PAGES_OF_A_ROUND):
            await self._open(self._moments.choice(PAGES))
            await asyncio.sleep(PAGE_SECONDS)
            if self.shall_train:
                return

    async def _train(self) -> None:
        await self._open("train")
        self.shall_train = False
        if await self.window.press("Try it out"):
            self.runs += 1
            self._findings.done["try-outs"] += 1
            # As who waits for it: the page polls.
            await asyncio.sleep(4 * PAGE_SECONDS)

    async def _open(self, page: str) -> None:
        self._findings.pages.append(await self.window.open(page))


async def watch_board(server: ClassServer, findings: Findings) -> None:
    """Have the board open as the teacher, one view after the other, until cancelled."""
    cookies = await asyncio.to_thread(cookies_of, server.teacher_link)
    window = Window(server.url, cookies)
    async with window:
        try:
            await window.open("board")
            while True:
                for view in BOARD_VIEWS:
                    await window.choose("View", view)
                    await asyncio.sleep(BOARD_SECONDS)
        finally:
            findings.errors += window.errors
            findings.done["polls of the board"] += window.polled
