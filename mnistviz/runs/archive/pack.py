"""A run as a zip file that opens without this program: JSON, CSV, npz, stock `.keras`."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO

from mnistviz.core.room import rules
from mnistviz.core.types.training import MetricRow
from mnistviz.runs import epoch_log, fine_tune_set, metrics_log, snapshots
from mnistviz.runs.archive import keras_file
from mnistviz.runs.archive.keras_file import KerasFileError
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State, Status, read_status, run_state
from mnistviz.runs.snapshots import Snapshot

# A run in any other state is exported as stopped: its worker stays here.
ENDED: tuple[State, ...] = ("finished", "stopped", "failed")
# In an export without `model.keras`: the reason.
KERAS_MISSING = "model.keras.txt"


def export(
    run: Run, target: IO[bytes], *, step: int | None, steps: Sequence[int], with_keras: bool = True
) -> None:
    """Write a run into `target` as a zip file.

    `model.keras` and `weights.npz` are of the snapshot `step` (None: neither is
    written); the snapshots of `steps` go along, and so do a person's digits, where the run was
    trained on some. Raises `RunError` when one of them
    is missing or damaged, and `KerasFileError` when `model.keras` can't be written.
    """
    for wanted in {*steps, *([] if step is None else [step])}:
        snapshots.read(Snapshot(run, wanted))
    if run.spec.own:
        fine_tune_set.read(run)
    state = run_state(run)
    status = read_status(run) or Status("stopped")
    rows = metrics_log.read(run)
    log = run.metrics_file.read_bytes() if run.metrics_file.exists() else b""
    texts: dict[str, str | bytes] = {
        "spec.json": json.dumps(run.spec.model_dump(mode="json"), indent=1),
        "label.json": json.dumps({"name": run.name, "note": run.note}, indent=1),
        "status.json": json.dumps(
            {"state": state if state in ENDED else "stopped", "error": status.error}, indent=1
        ),
        # A last line that is still being written stays here.
        "metrics.jsonl": log[: log.rfind(b"\n") + 1],
        "metrics.csv": metrics_csv(rows),
        "log.csv": epoch_log.published_form(
            epoch_log.epochs_of(rows, run.spec.train.steps_per_epoch)
        ),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        if run.spec.own:
            archive.write(run.path / fine_tune_set.FILE, fine_tune_set.FILE, zipfile.ZIP_STORED)
        for kept in steps:
            file = snapshots.file_of(Snapshot(run, kept))
            archive.write(file, f"snapshots/{file.name}", zipfile.ZIP_STORED)
        if step is not None:
            archive.write(snapshots.file_of(Snapshot(run, step)), "weights.npz", zipfile.ZIP_STORED)
            if with_keras:
                _add_keras(archive, Snapshot(run, step))


def export_what_can_be(
    run: Run, target: IO[bytes], *, step: int | None, steps: Sequence[int]
) -> None:
    """Write a run into `target` as `export` does, without `model.keras` where it can't be written.

    Then `model.keras.txt` in the zip file says why. Raises `RunError` when a snapshot is missing or
    damaged, and `ClassError` where a class refuses it.
    """
    rules.need("export")
    try:
        export(run, target, step=step, steps=steps)
    except KerasFileError as error:
        target.seek(0)
        target.truncate()
        export(run, target, step=step, steps=steps, with_keras=False)
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr(KERAS_MISSING, f"{error}\n")


def _add_keras(archive: zipfile.ZipFile, snapshot: Snapshot) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        keras_file.write(snapshot, file)
        archive.write(file, file.name, zipfile.ZIP_STORED)


def metrics_csv(rows: Sequence[MetricRow]) -> str:
    """All rows as CSV, every digit kept."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(MetricRow))
    writer.writerows(asdict(row).values() for row in rows)
    return text.getvalue()
