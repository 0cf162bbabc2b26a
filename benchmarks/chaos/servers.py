"""Two servers on one home, with visitors, killed while pages are opened and trainings started."""

import asyncio
import random
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.chaos.findings import Findings
from benchmarks.chaos.trainings import kill, wait_for, wait_for_end
from benchmarks.websocket_session import connected
from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import MnistVizError
from mnistviz.runs import registry
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.training import launcher

PAGES = (
    *("", "start", "train", "runs", "evaluate", "draw", "my_digits", "kernels", "channels"),
    *("microscope", "feature_maps", "film", "why", "embedding", "design"),
)
# Parameters of the pages' addresses, and values that none of them expects.
PARAMETERS = (
    *("run", "snapshot", "image", "drawing", "picture", "drawn", "layer", "channel", "place"),
    *("station", "network", "trained"),
)
STRANGE = ("best", "-1", "9" * 40, "\0", "é%00", "../..", "", "1e400", "conv3", "8C3-BN-")
SECONDS = 120


class Server:
    """A server on a free port whose log is kept."""

    def __init__(self, log: Path, **options: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://localhost:{port}"
        words = ["-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *words, "--server.port", str(port)],
                cwd=PROJECT,
                stdout=output,
                stderr=output,
                **options,
            )
        wait_for(self._answers, "a server that answers")

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError("the server ended")
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def megabytes(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


class Visit:
    """A page as a visitor without a browser sees it: its buttons by label, and its errors."""

    def __init__(self) -> None:
        self.buttons: dict[str, str] = {}
        self.errors: list[str] = []
        self._hash = ""

    async def open(self, socket: Any, page: str, query: str = "") -> None:
        """Open a page and wait until its script has ended."""
        await self._rerun(socket, page, query)

    async def press(self, socket: Any, page: str, label: str) -> bool:
        """Press a button of the page; return whether it is there."""
        if label not in self.buttons:
            return False
        await self._rerun(socket, page, "", self.buttons[label])
        return True

    async def _rerun(self, socket: Any, page: str, query: str, pressed: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = query
        if pressed:
            message.rerun_script.page_script_hash = self._hash
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = pressed, True
        else:
            message.rerun_script.page_name = page
        await socket.send(message.SerializeToString())
        while True:
            # In Python 3.11, `asyncio.wait_for` loses a cancellation that comes with a message.
            async with asyncio.timeout(SECONDS):
                reply = ForwardMsg.FromString(await socket.recv())
            kind = reply.WhichOneof("type")
            if kind == "new_session":
                self._hash = reply.new_session.page_script_hash
            if kind == "delta":
                element = reply.delta.new_element
                match element.WhichOneof("type"):
                    case "exception":
                        self.errors.append(f"{page}?{query[:80]}: {element.exception.message}")
                    case "button":
                        self.buttons[element.button.label] = element.button.id
            if kind == "script_finished":
                return


async def visit(url: str, moments: random.Random, errors: list[str]) -> None:
    """Open pages at random, and start a training or pause one at times, until the server dies."""
    try:
        async with connected(url) as socket:
            while True:
                seen, page = Visit(), moments.choice(PAGES)
                await seen.open(socket, page)
                if page == "train":
                    label = moments.choice(["Try it out", "Pause", "Stop and keep"])
                    await seen.press(socket, page, label)
                errors += seen.errors
    except (ConnectionError, OSError, TimeoutError, EOFError):
        return
    except Exception as error:
        if type(error).__module__.startswith("websockets"):
            return
        raise


def disturb(rounds: int, resumed: int, moments: random.Random, folder: Path) -> Findings:
    """Kill one server, or all processes of the home at once, so many times.

    So many of the runs that were started on pages are `resumed` to their end; the logs of the
    servers are in `folder`.
    """
    findings = Findings()
    errors: list[str] = []
    logs = [folder / f"server-{number}.log" for number in range(2)]
    servers = [Server(log) for log in logs]
    for _ in range(rounds):
        asyncio.run(visit_and_kill(servers, logs, moments, errors, findings))
        findings.lost += [f"{run.id}: {run.reason}" for run in registry.damaged_runs()]
    for server in servers:
        findings.peak_megabytes["server"] = max(
            findings.peak_megabytes.get("server", 0.0), server.megabytes
        )
        server.kill()
    kill(storage.home())
    findings.tracebacks += errors
    for log in logs:
        findings.look_for_tracebacks(log.read_text(errors="replace"), log.name)
    check_runs(findings, resumed)
    return findings


async def visit_and_kill(
    servers: list[Server],
    logs: list[Path],
    moments: random.Random,
    errors: list[str],
    findings: Findings,
) -> None:
    visitors = [
        asyncio.create_task(visit(server.url, random.Random(moments.random()), errors))
        for server in servers
        for _ in range(2)
    ]
    await asyncio.sleep(moments.uniform(0.5, 4))
    if moments.random() < 0.3:
        findings.done["both servers and all trainings killed at once"] += 1
        killed = [0, 1]
    else:
        findings.done["one of two servers killed"] += 1
        killed = [moments.randrange(2)]
    for number in killed:
        servers[number].kill()
    if len(killed) == 2:
        kill(storage.home())
    for task in visitors:
        task.cancel()
    await asyncio.gather(*visitors, return_exceptions=True)
    for number in killed:
        servers[number] = await asyncio.to_thread(Server, logs[number])


def check_runs(findings: Findings, resumed: int) -> None:
    """Look at the runs that were started, and train some of them to their end."""
    runs = [run for run in registry.list_runs() if not run.bundled]
    findings.checked["runs started on a page"] += len(runs)
    unfinished = [run for run in runs if run_state(run) not in ("finished", "stopped")]
    for run in unfinished[:resumed]:
        try:
            launcher.resume(run)
        except MnistVizError as error:
            # A worker that began while the others were killed is at work.
            if run_state(run) not in ACTIVE_STATES:
                findings.lost.append(f"{run.name}: {error}")
                continue
        wait_for_end(run)
        findings.checked["of these resumed to their end"] += 1
        if run_state(run) not in ("finished", "stopped"):
            findings.lost.append(f"{run.name} is {run_state(run)} after it was resumed")


def open_links(links: list[tuple[str, str]], folder: Path, **options: Any) -> Findings:
    """Open pages with made-up addresses, and report errors and the memory of the server."""
    findings = Findings()
    log = folder / "links.log"
    server = Server(log, **options)
    seen = Visit()

    async def open_all() -> None:
        for page, query in links:
            # A browser that opens an address begins a session.
            async with connected(server.url) as socket:
                await seen.open(socket, page, query)

    try:
        asyncio.run(open_all())
        findings.peak_megabytes["server with links"] = server.megabytes
    finally:
        server.kill()
    findings.tracebacks += seen.errors
    findings.done["pages opened with a made-up address"] += len(links)
    findings.look_for_tracebacks(log.read_text(errors="replace"), log.name)
    return findings


def made_up_links(number: int, moments: random.Random) -> list[tuple[str, str]]:
    """Return pages with parameters that were damaged or made up."""
    links = []
    for _ in range(number):
        values = {
            moments.choice(PARAMETERS): moments.choice(STRANGE)
            + moments.choice(["", moments.randbytes(6).hex(), "eNpjYA=="])
            for _ in range(moments.randint(1, 4))
        }
        links.append((moments.choice(PAGES), urlencode(values)))
    return links
