"""A long pause: others get the slot, and the run waits for its turn to go on."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.queue import tickets
from mnistviz.runs.queue.slots import Slot, has_free_slot
from mnistviz.runs.run_state import run_state
from mnistviz.training import recorder
from mnistviz.training.recorder import RunRecorder
from tests.helpers.made_runs import small_run


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_long_pause_lets_others_train(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(recorder, "PAUSED_LOOK_EVERY_SECONDS", 0.1)
    run, other = small_run("paused"), small_run("other")
    desired_state.change(run, mode="pause")
    with (
        FileLock(run.path / "worker.lock"),
        Slot(home) as slot,
        closing(RunRecorder(run, slot)) as recording,
    ):
        assert slot.take(run)
        recording.begin(None, [])
        # Without `before_step`, which loads TensorFlow.
        pause = threading.Thread(target=recording._wait_for_request, args=(3,))
        pause.start()
        wait_for(lambda: run_state(run) == "paused")
        time.sleep(0.4)
        # Nobody waits for it.
        assert slot.is_held
        storage.write_json(other.path / "status.json", {"state": "queued"})
        tickets.take(other)
        with FileLock(other.path / "worker.lock"), Slot(home) as theirs:
            wait_for(lambda: not slot.is_held)
            assert theirs.take(other)
            storage.write_json(other.path / "status.json", {"state": "running"})
            desired_state.change(run, mode="run")
            wait_for(lambda: run_state(run) == "queued")
            assert pause.is_alive()
        pause.join(timeout=30)
        assert slot.is_held
        assert not has_free_slot()
    events = [event["event"] for event in MetricsReader(run.metrics_file).events()]
    assert events == ["start", "slot_given_away"]
