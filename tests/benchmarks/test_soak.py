"""Half a minute of `make soak`, what its report says, and a server that is killed in the middle."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chaos.trainings import kill
from benchmarks.soak.__main__ import slope, soak, table
from benchmarks.soak.class_server import ClassServer
from benchmarks.soak.visitors import CONSENT
from benchmarks.soak.window import Window, cookies_of
from mnistviz.classroom import class_digits, spaces
from mnistviz.core import storage
from mnistviz.digits import my_digits
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes
from mnistviz.runs import registry
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.ui.shared.classroom.visitor import COOKIE
from tests.helpers.classes import class_mode

PEOPLE, KILLS = 3, 1


@pytest.mark.slow
@pytest.mark.process
def test_half_a_minute_of_a_class_has_no_error_and_stays_small() -> None:
    result = soak(visitors=12, seconds=25, training=1)
    assert result["errors"] == []
    assert result["tracebacks"] == 0
    done = result["done"]
    assert done["try-outs"] >= 1
    assert done["polls of the board"] >= 3
    assert result["strokes"]["count"] >= 20
    # What must hold for 30 visitors; it was 470 MB at most.
    assert result["mb_at_most"] < 900
    assert result["idle_visitor_mb"] < 3
    assert "errors: 0" in table(result)


def test_the_slope_of_known_numbers() -> None:
    memory = [(float(at), 300 + at / 36) for at in range(0, 7_200, 5)]
    assert slope(memory) == pytest.approx(100)
    assert slope(memory[:1]) == 0


async def use(url: str, cookies: dict[str, str], number: int) -> None:
    """Keep a digit as this visitor, and ask for a try-out."""
    line = np.array([[140 + number, 40], [140 - number, 240]], np.float32)
    async with Window(url, cookies) as window:
        await window.open("draw")
        await window.draw(Strokes(280, 280, CANVAS_BRUSH, (line,)))
        assert await window.press("Right, it is")
        await window.open("my_digits")
        await window.switch(CONSENT, True)
        await window.open("train")
        assert await window.press("Try it out")
        assert window.errors == []


async def work_until_killed(server: ClassServer, cookies: dict[str, str], number: int) -> None:
    """Draw, until the server is killed in the middle of an answer."""
    async with Window(server.url, cookies) as window:
        await window.open("draw")
        while server.process.poll() is None:
            line = np.array([[100 + number, 40], [180, 240]], np.float32)
            await window.draw(Strokes(280, 280, CANVAS_BRUSH, (line,)))
            number += 1


async def kill_at_work(server: ClassServer, cookies: list[dict[str, str]]) -> None:
    tasks = [
        asyncio.create_task(work_until_killed(server, one, number))
        for number, one in enumerate(cookies)
    ]
    await asyncio.sleep(2)
    server.kill()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.slow
@pytest.mark.process
def test_a_killed_server_loses_no_space_no_run_and_no_digit(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", "2")
    server = ClassServer(home, tmp_path / "server.log")
    try:
        cookies = [cookies_of(server.url) for _ in range(PEOPLE)]
        for number, one in enumerate(cookies):
            asyncio.run(use(server.url, one, number))
        with class_mode():
            names = [space.name for space in spaces.list_spaces()]
        for _ in range(KILLS):
            asyncio.run(kill_at_work(server, cookies))
            server.start()
        with class_mode():
            assert [space.name for space in spaces.list_spaces()] == names
            assert len(class_digits.class_digits()) == PEOPLE
        for one in cookies:
            check_space(server.url, one)
        assert server.tracebacks == 0
    finally:
        server.kill()
        kill(home)


def check_space(url: str, cookies: dict[str, str]) -> None:
    """Check that a visitor has the digit and the run, whose process is alive or has ended."""
    assert cookies_of(url, cookies) == cookies
    with class_mode(), storage.acting_in(spaces.home_of(cookies[COOKIE])):
        assert len(my_digits.list_digits()) == 1
        (run,) = [run for run in registry.list_runs() if not run.bundled]
        assert run_state(run) in (*ACTIVE_STATES, "finished")
