"""The guess of a computer's speed, before any run was measured."""

from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.runs.queue import finished_log, machine_speed, tickets
from mnistviz.runs.queue.expected_time import expected_times
from tests.helpers.made_runs import small_run


def test_a_slower_computer_is_expected_to_take_longer(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run("waits")
    storage.write_json(run.path / "status.json", {"state": "queued", "step": 0, "total": 1})
    tickets.take(run)
    ends = []
    with FileLock(run.path / "worker.lock"):
        for share in (machine_speed.SHARE_OF_TRAINING, machine_speed.SHARE_OF_TRAINING / 4):
            machine_speed.loads_per_second.cache_clear()
            monkeypatch.setattr(machine_speed, "SHARE_OF_TRAINING", share)
            ends.append(expected_times(home)[run.path].end_seconds)
    machine_speed.loads_per_second.cache_clear()
    assert ends[1] / ends[0] == pytest.approx(4, rel=0.3)


def test_the_measurement_counts_what_a_core_does() -> None:
    first = machine_speed.loads_per_second()
    machine_speed.loads_per_second.cache_clear()
    # Twice on the same computer, with other tests beside it.
    assert machine_speed.loads_per_second() == pytest.approx(first, rel=0.3)
    # A try-out takes more than a second, and less than ten minutes, wherever this runs.
    run = small_run("try-out")
    assert 0 < finished_log.load_of(run) / first < 600
