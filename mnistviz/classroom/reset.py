"""Empty the room for another class, with a zip as backup."""

import shutil
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.runs import desired_state, registry
from mnistviz.runs.run_state import ACTIVE_STATES, is_alive, run_state
from mnistviz.studies import study_directory

STOP_SECONDS = 30.0
POLL_SECONDS = 0.2
# Can be computed again, or belong to a process.
_LEFT_OUT_FOLDERS = {"cache", "checkpoints"}
_LEFT_OUT_SUFFIXES = {".lock", ".part", ".log"}


def backups() -> list[Path]:
    """The backups in the room, newest first."""
    return sorted((storage.room() / "backups").glob("class-*.zip"), reverse=True)


def back_up() -> Path:
    """Write all spaces and shared runs to a zip in the room; return its path.

    It has neither the teacher's secret nor any visitor's token. Raises `ClassError` where it can't
    be written.
    """
    folder = storage.room() / "backups"
    path = folder / f"class-{datetime.now():%Y%m%d-%H%M%S}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            storage.atomic_write(path) as target,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            for file in _kept_files():
                archive.write(file, file.relative_to(storage.room()))
    except OSError as error:
        raise ClassError(
            f"{path}: expected a backup that can be written, got: {error.strerror or error}; free "
            "space on the disk"
        ) from None
    return path


def _kept_files() -> Iterator[Path]:
    room = storage.room()
    folders = [*storage.spaces(), room / "shared"]
    for file in sorted(file for folder in folders for file in folder.rglob("*")):
        parts = file.relative_to(room).parts
        if (
            file.is_file()
            and file.suffix not in _LEFT_OUT_SUFFIXES
            and not _LEFT_OUT_FOLDERS & set(parts)
        ):
            yield file


def empty_room() -> Path:
    """Stop all trainings of visitors, back up the room, and remove all spaces and shared runs.

    Return the path of the backup. The teacher's own runs stay, and so does the teacher's link.
    Visitors who come again start anew. Raises `ClassError` where a training does not stop, or where
    there is no room for the backup; nothing is removed then.
    """
    _stop_trainings()
    backup = back_up()
    room = storage.room()
    with storage.acting_in(room), storage.home_lock():
        for name in ("spaces", "shared"):
            if (room / name).exists():
                gone = room / f".removed-{name}-{time.time_ns()}"
                (room / name).replace(gone)
                shutil.rmtree(gone, ignore_errors=True)
    return backup


def _stop_trainings() -> None:
    runs = []
    for space in storage.spaces():
        with storage.acting_in(space):
            for study in study_directory.list_studies():
                if study_directory.is_running(study):
                    study_directory.stop(study)
            runs += [run for run in registry.list_runs() if run_state(run) in ACTIVE_STATES]
    for run in runs:
        desired_state.change(run, mode="stop")
    deadline = time.monotonic() + STOP_SECONDS
    while alive := [run.name for run in runs if is_alive(run)]:
        if time.monotonic() > deadline:
            raise ClassError(
                f"{', '.join(alive)}: expected a training that stops, got one that goes on after "
                f"{STOP_SECONDS:.0f} s; try again in a minute"
            )
        time.sleep(POLL_SECONDS)
