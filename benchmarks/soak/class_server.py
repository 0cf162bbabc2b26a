"""The server of a class in a process of its own: `mnistviz classroom` with a room of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from mnistviz.core.assets import PROJECT

START_SECONDS = 120.0


class ClassServer:
    """`mnistviz classroom --json` on this computer alone, on a free port, with its log."""

    def __init__(self, room: Path, log: Path) -> None:
        self.room, self.log = room, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        words = ["-m", "mnistviz", "classroom", "--address", "127.0.0.1", "--json"]
        # A file: nobody reads a pipe for hours.
        output = self.log.with_suffix(".out")
        with output.open("wb") as target, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words, "--port", str(self._port)],
                cwd=PROJECT,
                env={**os.environ, "MNISTVIZ_HOME": str(self.room)},
                stdout=target,
                stderr=log,
            )
        self._wait_for(lambda: b"\n" in output.read_bytes())
        links = json.loads(output.read_text().splitlines()[0])
        self.url, self.teacher_link = str(links["address"]), str(links["teacher_link"])
        self._wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                return True
        except OSError:
            return False

    def _wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_so():
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log.read_text()[-1_000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError("the server does not answer")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill the server at once, as `kill -9` does."""
        self.process.kill()
        self.process.wait()

    @property
    def megabytes(self) -> float:
        """The memory that the server's process has now, in MB."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    @property
    def cpu_seconds(self) -> float:
        """The processor time that the server has used since its start."""
        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)

    @property
    def tracebacks(self) -> int:
        """How many tracebacks are in the log."""
        return self.log.read_text(errors="replace").count("Traceback (most recent call last)")
