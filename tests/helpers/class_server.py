"""The dashboard as a server of a class, started by `mnistviz classroom`."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from mnistviz.core.assets import PROJECT


class ClassServer:
    """`mnistviz classroom --json` on this computer alone, with a room of its own."""

    def __init__(self, room: Path, log: Path) -> None:
        self.room, self.log = room, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Start the server and wait until it listens; its first line has the links."""
        words = ["-m", "mnistviz", "classroom", "--address", "127.0.0.1", "--json"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words, "--port", str(self.port)],
                cwd=PROJECT,
                env={**os.environ, "MNISTVIZ_HOME": str(self.room)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        links = json.loads(self._process.stdout.readline())
        self.url, self.teacher_link = str(links["address"]), str(links["teacher_link"])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)  # noqa: S310
                return
            time.sleep(0.05)
        raise TimeoutError("the server does not listen")

    def kill(self) -> str:
        """Kill the server at once; return what it printed after its first line."""
        self._process.kill()
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            output = stream.read()
        self._process.wait(timeout=20)
        return output
