"""Too little memory to train: what is said, and that nothing is created or started."""

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.errors import TrainingError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.training import launcher, memory
from tests.helpers.made_runs import small_run
from tests.helpers.trainings import SHORT


def test_the_message_says_what_is_needed_what_is_there_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: memory.NEEDED_BYTES)
    assert memory.shortage() == ""
    monkeypatch.setattr(memory, "available_memory", lambda: 412_000_000)
    assert memory.shortage() == (
        "Training needs 0.8 GB of free memory, and this machine has 0.4 GB. Close other programs "
        "or train on a machine with more memory; everything that reads a trained network works "
        "here."
    )


def test_with_too_little_memory_no_run_is_created(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: memory.NEEDED_BYTES - 1)
    snapshot = latest_snapshot(tiny_run)
    assert snapshot is not None
    before = registry.list_runs()
    with pytest.raises(TrainingError):
        launcher.start("reference", ModelSpec(), SHORT)
    with pytest.raises(TrainingError):
        launcher.fork(snapshot, SHORT)
    assert registry.list_runs() == before


def test_with_too_little_memory_a_run_is_not_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: memory.NEEDED_BYTES - 1)
    run = small_run()
    with pytest.raises(TrainingError):
        launcher.resume(run)
    assert not (run.path / "worker.log").exists()


def test_a_run_that_will_be_queued_is_not_refused(
    home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 0)
    assert launcher.obstacle()
    slots = storage.home() / "slots"
    slots.mkdir(parents=True)
    with FileLock(slots / "slot-0.lock"):
        assert launcher.obstacle() == ""
