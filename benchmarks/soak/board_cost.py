"""What the teacher's board costs a training: `python -m benchmarks.soak.board_cost`.

Pairs of trainings, the same to the last bit, in a class of 30 visitors: one while the board shows
all their curves, every two seconds anew, in a window without a browser, and one with nobody there,
in alternating order. As `benchmarks.live_cost`, which compares the same for the page Train.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks import live_cost
from benchmarks.chaos.trainings import kill
from benchmarks.soak.class_server import ClassServer
from benchmarks.soak.window import Window, cookies_of
from mnistviz.classroom import spaces
from mnistviz.core import storage
from mnistviz.core.assets import ASSETS

VIEW = "Curves"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="What the teacher's board costs a training.")
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=1, help="of the recipe reference")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "room"
        # The trainings are those of the last visitor.
        os.environ[storage.ROOM_VARIABLE] = os.environ["MNISTVIZ_HOME"] = str(room)
        os.environ["MNISTVIZ_WARM_SECONDS"] = "0"
        homes = [come(number) for number in range(options.visitors)]
        server = ClassServer(room, Path(folder) / "server.log")
        os.environ["MNISTVIZ_HOME"] = str(homes[-1])
        try:
            pairs = measure(server, options.pairs, options.epochs)
        finally:
            server.kill()
            kill(room)
    result = live_cost.compared(pairs)
    print(json.dumps(result) if options.json else f"load before: {load:.1f}\n", end="")
    if not options.json:
        print(live_cost.table(result))


def come(number: int) -> Path:
    """Make a visitor with a finished run; return the home."""
    with storage.acting_in(storage.room()):
        home = spaces.enter(f"{number:032x}").home
    shutil.copytree(ASSETS / "runs" / "reference", home / f"run-{number}")
    return home


def measure(server: ClassServer, pairs: int, epochs: int) -> list[dict[str, dict[str, float]]]:
    """Return for each pair the times of the trainings `watched` and `alone`."""
    process, found = psutil.Process(server.process.pid), []
    for pair in range(pairs):
        taken = {}
        for way in ["watched", "alone"] if pair % 2 else ["alone", "watched"]:
            ended = threading.Event()
            board = threading.Thread(target=run_board, args=(server, ended))
            if way == "watched":
                board.start()
            taken[way] = live_cost.train(process, epochs, lambda name: None)
            ended.set()
            if way == "watched":
                board.join()
            print(".", end="", file=sys.stderr, flush=True)
        found.append(taken)
    print(file=sys.stderr)
    return found


def run_board(server: ClassServer, ended: threading.Event) -> None:
    """Have the board open until `ended` is set, in this thread."""
    asyncio.run(watch(server, ended))


async def watch(server: ClassServer, ended: threading.Event) -> None:
    """Have the board open until `ended` is set."""
    async with Window(server.url, cookies_of(server.teacher_link)) as window:
        await window.open("board")
        await window.choose("View", VIEW)
        while not ended.is_set():
            await asyncio.sleep(0.2)
    if window.errors:
        raise RuntimeError(window.errors[0])


if __name__ == "__main__":
    main()
