"""The steps of the Dockerfile without Docker: a read-only copy, another user, its command."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnistviz.core.assets import PROJECT

# Of Debian's user `nobody`. Root, who runs most containers, may write to everything.
USER = 65534
# Who owns the app's files there: neither root nor the user.
OWNER = 1
PORT_VARIABLE = "STREAMLIT_SERVER_PORT"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, in order."""
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
    pairs = (line.partition(" ") for line in lines if line)
    return [(word, rest) for word, _, rest in pairs]


def arguments(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def copied_files() -> list[Path]:
    """The files that `COPY . .` takes: the project's but for those of `.dockerignore`."""
    patterns = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()

    def is_left_out(path: Path) -> bool:
        names = [path, *path.parents]
        return any(
            fnmatch.fnmatch(str(name), pattern) or fnmatch.fnmatch(f"/{name}", f"*/{pattern[3:]}")
            if pattern.startswith("**/")
            else fnmatch.fnmatch(str(name), pattern)
            for name in names
            for pattern in patterns
        )

    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [Path(name) for name in tracked if not is_left_out(Path(name))]


def other_user() -> tuple[list[str], dict[str, Any]]:
    """A command that starts this Python, and arguments of `Popen`, as a user without rights."""
    if os.getuid():
        return [sys.executable], {}
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    user = {"user": USER, "group": USER, "extra_groups": []}
    for candidate in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        with suppress(OSError):
            subprocess.run([candidate, "-c", ""], check=True, **user)
            return [candidate], user
    # This Python is in root's own folder: root without the right to write to others' files.
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable], {}


class Container:
    """A server that was started as the Dockerfile says, on a volume, with no home folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.app, self.volume = folder / "app", folder / "data"
        for path in copied_files():
            (self.app / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / path, self.app / path)
        self.url = f"http://localhost:{port}"
        self.log = folder / "server.log"
        self._python, self._user = other_user()
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "PYTHONPATH": sysconfig.get_path("purelib"),
            **dict(pair.split("=", 1) for pair in shlex.split(" ".join(arguments("ENV")))),
            "MNISTVIZ_HOME": str(self.volume),
            PORT_VARIABLE: str(port),
            "MNISTVIZ_WARM_SECONDS": "0",
        }
        compiling = re.search(r"python (-m compileall [^&]+)", " ".join(arguments("RUN")))
        assert compiling is not None
        subprocess.run([sys.executable, *compiling[1].split()], cwd=self.app, check=True)
        self.volume.mkdir()
        self._close()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command(arguments("CMD")[0]),
                cwd=self.app,
                env=self._environment,
                stdout=log,
                stderr=log,
                **self._user,
            )

    def _close(self) -> None:
        """Let nobody write to the app, and the user only to the volume."""
        for path in (self.app, *self.app.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
            if not os.getuid():
                os.chown(path, OWNER, OWNER)
        if os.getuid():
            return
        os.chown(self.volume, self._user.get("user", 0), self._user.get("group", 0))
        for parent in self.app.parents:
            parent.chmod(parent.stat().st_mode | 0o111)

    def _command(self, words: str) -> list[str]:
        python, *rest = json.loads(words)
        assert python == "python"
        return [*self._python, *rest]

    def is_healthy(self) -> bool:
        """Whether the health check of the Dockerfile succeeds."""
        check = arguments("HEALTHCHECK")[0].partition("CMD ")[2]
        done = subprocess.run(
            self._command(check),
            cwd=self.app,
            env=self._environment,
            check=False,
            capture_output=True,
            **self._user,
        )
        return done.returncode == 0

    def wait(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_healthy():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run Python in the container, as `docker exec` does."""
        return subprocess.run(
            [*self._python, *words],
            cwd=self.app,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            **self._user,
        )

    @property
    def most_memory(self) -> int:
        """The most memory that the server has taken so far, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
