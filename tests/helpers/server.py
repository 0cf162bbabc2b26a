"""The dashboard as a server process."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from mnistviz.core.assets import PROJECT


class Server:
    """`streamlit run app.py` on a free port, on a home folder of its own."""

    def __init__(self, home: Path, log: Path, folder: Path = PROJECT) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://localhost:{self.port}"
        self._log = log.open("wb")
        command = ["-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        self._process = subprocess.Popen(
            [sys.executable, *command, "--server.port", str(self.port)],
            cwd=folder,
            env={**os.environ, "MNISTVIZ_HOME": str(home)},
            stdout=self._log,
            stderr=self._log,
        )
        self._wait_until_it_listens()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):  # noqa: S310
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise TimeoutError("the server does not listen")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._log.close()
