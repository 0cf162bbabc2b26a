"""Sentences about the wait of a queued run."""

from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs.queue import tickets
from mnistviz.runs.queue.waiting_text import spoken_time, training_elsewhere_text, waiting_text
from mnistviz.runs.registry import Run
from tests.helpers.made_runs import small_run


def put(run: Run, state: str) -> FileLock:
    storage.write_json(run.path / "status.json", {"state": state})
    tickets.take(run)
    return FileLock(run.path / "worker.lock")


def test_a_queued_run_says_what_it_waits_for() -> None:
    first, second, third = small_run("first"), small_run("second"), small_run("third")
    with put(third, "queued"):
        # Each run queues for a moment, though it is alone.
        assert waiting_text(third) == "It starts in a moment."
        with put(first, "running"):
            text = waiting_text(third)
            assert text.startswith("first is training. This run is next")
            assert "Expected: it starts in about" in text
    with put(first, "paused"), put(second, "queued"), put(third, "queued"):
        text = waiting_text(third)
    assert text.startswith("first is paused: after 60 s")
    assert "1 run waits before this one" in text


def test_the_names_of_other_peoples_runs_are_not_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_HOME", str(home / "spaces" / "a"))
    theirs = small_run("secret")
    monkeypatch.setenv("MNISTVIZ_HOME", str(home / "spaces" / "b"))
    mine = small_run("mine")
    monkeypatch.setenv("MNISTVIZ_SLOTS", "1")
    with put(theirs, "running"), put(mine, "queued"):
        assert waiting_text(mine).startswith("1 other is training. This run is next")
        assert training_elsewhere_text(storage.home()) == "1 other is training."
        assert training_elsewhere_text(theirs.path.parent) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "5 s"),
        (43, "45 s"),
        (64, "1 min"),
        (97, "1 min 40 s"),
        (200, "3 min 30 s"),
        (900, "15 min"),
    ],
)
def test_times_are_rounded(seconds: float, text: str) -> None:
    assert spoken_time(seconds) == text
