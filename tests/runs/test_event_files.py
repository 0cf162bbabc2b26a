"""Event files, as TensorBoard itself reads them."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mnistviz.core.errors import MissingPackageError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import event_files, metrics_log, registry
from mnistviz.runs.event_files import EventFiles
from mnistviz.runs.registry import Run


def new_run() -> Run:
    return registry.create_run("reference", ModelSpec(), TrainSpec(), "told")


def scalars(folder: Path, tag: str) -> dict[int, float]:
    found = EventAccumulator(str(folder))
    found.Reload()
    return {event.step: event.value for event in found.Scalars(tag)}


def test_tensorboard_reads_every_row() -> None:
    run = new_run()
    rows = metrics_log.read(registry.find_run("reference"))
    events = EventFiles(run)
    events.write(rows[:500])
    events.write(rows)
    events.close()
    splits = {row.split for row in rows}
    assert {folder.name for folder in event_files.folder_of(run).iterdir()} == splits
    for split in splits:
        for tag in ("loss", "accuracy", "learning_rate"):
            expected = {row.step: getattr(row, tag) for row in rows if row.split == split}
            found = scalars(event_files.folder_of(run) / split, tag)
            assert found == pytest.approx(expected, rel=1e-6)


def test_rows_that_were_trained_again_replace_those_before() -> None:
    run = new_run()
    rows = metrics_log.read(registry.find_run("reference"))[:20]
    events = EventFiles(run)
    events.write(rows)
    again = [*rows[:10], *(replace(row, loss=9.0) for row in rows[10:15])]
    events.write(again)
    events.close()
    expected = {row.step: row.loss for row in again if row.split == "batch"}
    assert scalars(event_files.folder_of(run) / "batch", "loss") == pytest.approx(expected)


def test_a_run_that_goes_on_is_written_from_its_start() -> None:
    run = new_run()
    rows = metrics_log.read(registry.find_run("reference"))[:20]
    for part in (rows, rows[:5]):
        events = EventFiles(run)
        events.write(part)
        events.close()
    assert len(scalars(event_files.folder_of(run) / "batch", "loss")) == 5


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match="pip install tensorboard"):
        event_files.need_tensorboard()
