"""The dashboard as a server process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mnistviz.core.assets import PROJECT
from tools.check_health import health_address

# The command `streamlit`; at the signal SIGUSR1 it writes the names of its modules to a file.
STREAMLIT = """
import json, pathlib, signal, sys
file = pathlib.Path(sys.argv.pop(1))
signal.signal(signal.SIGUSR1, lambda *_: file.write_text(json.dumps(sorted(sys.modules))))
from streamlit.web.cli import main
main(prog_name="streamlit")
"""


class Server:
    """`streamlit run app.py` on a free port, on a home folder of its own.

    `settings` are further environment variables.
    """

    def __init__(
        self,
        home: Path,
        log: Path,
        folder: Path = PROJECT,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = dict(settings or {})
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://localhost:{self.port}"
        self._log = log.open("wb")
        self._modules_file = log.with_suffix(".modules.json")
        command = ["run", "app.py", "--server.headless", "true"]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", STREAMLIT, str(self._modules_file), *command),
                *("--server.port", str(self.port)),
            ],
            cwd=folder,
            env={**os.environ, "MNISTVIZ_HOME": str(home), **self._settings},
            stdout=self._log,
            stderr=self._log,
        )
        self._wait_until_it_listens()

    @property
    def pid(self) -> int:
        return self._process.pid

    def modules(self) -> set[str]:
        """The names of all modules that the server has imported."""
        self._process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(FileNotFoundError, json.JSONDecodeError):
                return set(json.loads(self._modules_file.read_text()))
            time.sleep(0.05)
        raise TimeoutError("the server does not write the names of its modules")

    def _wait_until_it_listens(self) -> None:
        health = health_address({**self._settings, "STREAMLIT_SERVER_PORT": str(self.port)})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(health, timeout=1):  # noqa: S310
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise TimeoutError("the server does not listen")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            # It waits for the script runs of its visitors, which are slow on a busy machine.
            self._process.kill()
            self._process.wait()
        finally:
            self._log.close()
