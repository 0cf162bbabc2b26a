"""What is kept on disk for a snapshot: reckoned once, never believed when damaged."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry, result_cache, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import Arrays
from mnistviz.runs.snapshots import Snapshot


class Reckoning:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Arrays:
        self.times += 1
        return {"means": np.arange(3, dtype=np.float32), "count": np.array(7)}


@pytest.fixture
def run() -> Run:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "mine")
    snapshots.write(Snapshot(run, 0), [np.zeros(2, np.float32)])
    snapshots.write(Snapshot(run, 5), [np.ones(2, np.float32)])
    return run


def test_it_is_reckoned_once(run: Run) -> None:
    reckon = Reckoning()
    for _ in range(3):
        found = result_cache.kept(Snapshot(run, 0), "means", reckon)
        np.testing.assert_array_equal(found["means"], [0, 1, 2])
        assert found["means"].dtype == np.float32
        assert found["count"] == 7
    assert reckon.times == 1
    assert [path.suffix for path in (storage.home() / "cache" / run.id).iterdir()] == [".npz"]


def test_every_snapshot_and_every_name_has_its_own(run: Run) -> None:
    reckon = Reckoning()
    for step, name in [(0, "means"), (5, "means"), (0, "map")]:
        assert result_cache.read(Snapshot(run, step), name) is None
        result_cache.kept(Snapshot(run, step), name, reckon)
    assert reckon.times == 3


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut short", b"no archive at all"])
def test_a_damaged_file_is_reckoned_anew(run: Run, damage: bytes) -> None:
    reckon = Reckoning()
    result_cache.kept(Snapshot(run, 0), "means", reckon)
    result_cache.file_of(Snapshot(run, 0), "means").write_bytes(damage)
    np.testing.assert_array_equal(
        result_cache.kept(Snapshot(run, 0), "means", reckon)["means"], [0, 1, 2]
    )
    assert reckon.times == 2
    result_cache.kept(Snapshot(run, 0), "means", reckon)
    assert reckon.times == 2


def test_a_snapshot_that_was_replaced_is_another_one(run: Run) -> None:
    reckon = Reckoning()
    result_cache.kept(Snapshot(run, 0), "means", reckon)
    snapshots.write(Snapshot(run, 0), [np.full(2, 3, np.float32)])
    result_cache.kept(Snapshot(run, 0), "means", reckon)
    assert reckon.times == 2


def test_a_home_that_cannot_be_written_to_costs_the_time_again(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path / "file"))
    reckon = Reckoning()
    for _ in range(2):
        np.testing.assert_array_equal(
            result_cache.kept(Snapshot(run, 0), "means", reckon)["means"], [0, 1, 2]
        )
    assert reckon.times == 2
