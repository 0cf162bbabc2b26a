"""What tests share: a home folder of their own, and nothing that outlives them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes on a busy machine says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Beside other work, threads that spin while they wait for each other take all of the processor.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# What a failed test shows of each worker's log: the end, where it died.
LOG_CHARACTERS = 6_000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder: no test sees, or writes to, a person's runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MNISTVIZ_HOME", str(folder))
    monkeypatch.delenv("MNISTVIZ_SLOTS", raising=False)
    yield folder
    if folder.exists():
        end_workers(folder)


def end_workers(home: Path) -> None:
    """Kill what a test started and left at work, which would slow down all tests after it."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
            if any(word.startswith(f"{home}/") for word in words):
                os.kill(int(entry.parent.name), signal.SIGKILL)
        except OSError:
            continue


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the workers of a failed test printed: their folders are gone by then."""
    report = yield
    if report.failed:
        home = getattr(item, "funcargs", {}).get("home")
        for log in sorted(home.glob("*/worker.log")) if home else []:
            text = log.read_text(encoding="utf-8", errors="replace")
            # After a native death follow hundreds of modules' names, which tell nothing.
            text = text.partition("\nExtension modules:")[0]
            status = log.with_name("status.json")
            last = status.read_text(encoding="utf-8") if status.exists() else "no status"
            report.sections.append((f"{log.parent.name}: {last}", text[-LOG_CHARACTERS:]))
    return report
