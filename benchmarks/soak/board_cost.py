"""What the teacher's board costs: `python -m benchmarks.soak.board_cost`.

The processor time that the server of a class of 30 visitors uses while the board is open in a
window without a browser, view by view, each every two seconds anew, as a share of all cores: what
it takes from a training that uses them all. Processor time says the same on a busy computer.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chaos.trainings import kill
from benchmarks.soak.class_server import ClassServer
from benchmarks.soak.window import Window, cookies_of
from mnistviz.classroom import spaces
from mnistviz.core import storage
from mnistviz.core.assets import ASSETS

VIEWS = ("Who is here", "Curves")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="What the teacher's board costs.")
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each view")
    options = parser.parse_args(arguments)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "room"
        os.environ[storage.ROOM_VARIABLE] = os.environ["MNISTVIZ_HOME"] = str(room)
        for number in range(options.visitors):
            come(number)
        server = ClassServer(room, Path(folder) / "server.log")
        try:
            asyncio.run(measure(server, options.seconds))
        finally:
            server.kill()
            kill(room)


def come(number: int) -> None:
    """Make a visitor with a finished run."""
    with storage.acting_in(storage.room()):
        home = spaces.enter(f"{number:032x}").home
    shutil.copytree(ASSETS / "runs" / "reference", home / f"run-{number}")


async def measure(server: ClassServer, seconds: float) -> None:
    """Print the processor time of each view, and of a server that nobody uses."""
    used = server.cpu_seconds
    await asyncio.sleep(seconds)
    print(line("nobody", server.cpu_seconds - used, seconds, 0))
    async with Window(server.url, cookies_of(server.teacher_link)) as window:
        await window.open("board")
        for view in VIEWS:
            await window.choose("View", view)
            used, polled = server.cpu_seconds, window.polled
            await asyncio.sleep(seconds)
            print(line(view, server.cpu_seconds - used, seconds, window.polled - polled))
    if window.errors:
        raise RuntimeError(window.errors[0])


def line(what: str, used: float, seconds: float, polls: int) -> str:
    """Return a line of the report."""
    share = used / seconds / (os.cpu_count() or 1)
    each = f", {1_000 * used / polls:.0f} ms for each of {polls} polls" if polls else ""
    return f"{what:<12} {share:.1%} of {os.cpu_count()} cores{each}"


if __name__ == "__main__":
    main()
