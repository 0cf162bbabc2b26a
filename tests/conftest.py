"""A home folder for each test, the small trained run, and the logs of workers that failed."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from tests.helpers.tiny_run import train_tiny_run

# No deadline: how long an example takes depends on the machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Waiting threads sleep instead of spinning, which would slow down other processes.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# No warm worker trains beside the tests; tests of warm workers switch them on.
os.environ["MNISTVIZ_WARM_SECONDS"] = "0"

# The number of characters at the end of each worker's log that a failed test shows.
LOG_CHARACTERS = 6_000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder: no test reads or writes a person's runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MNISTVIZ_HOME", str(folder))
    monkeypatch.delenv("MNISTVIZ_SLOTS", raising=False)
    yield folder
    if folder.exists():
        end_workers(folder)


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small run, trained once in a session. Tests use the copy of `tiny_run`."""
    return train_tiny_run(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def tiny_run(trained_run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A trained, seeded run of 2/2/2 channels in the test's home folder.

    Its path is the same in all tests of a session, so that pages compile its network once.
    """
    shutil.copytree(trained_run.path, home / trained_run.id)
    link = trained_run.path.parent / "home"
    link.symlink_to(home)
    monkeypatch.setenv("MNISTVIZ_HOME", str(link))
    yield registry.find_run(trained_run.id)
    end_workers(link)
    link.unlink()


def end_workers(home: Path) -> None:
    """Kill the processes that a test left running."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
            if any(word.startswith(f"{home}/") for word in words):
                os.kill(int(entry.parent.name), signal.SIGKILL)
        except OSError:
            continue


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add the logs of a failed test's workers to its report."""
    report = yield
    if report.failed:
        home = getattr(item, "funcargs", {}).get("home")
        for log in sorted(home.glob("*/worker.log")) if home else []:
            text = log.read_text(encoding="utf-8", errors="replace")
            # After a crash in native code, the log lists hundreds of modules: leave them out.
            text = text.partition("\nExtension modules:")[0]
            status = log.with_name("status.json")
            last = status.read_text(encoding="utf-8") if status.exists() else "no status"
            report.sections.append((f"{log.parent.name}: {last}", text[-LOG_CHARACTERS:]))
    return report
