"""Rename, annotate, delete and restore runs.

The metadata are in `label.json`, which is written under the home lock. A deleted run stays in its
folder until it is removed for good; bundled runs are never written to.
"""

import shutil
from dataclasses import dataclass

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, is_alive, run_state

MAX_NOTE_LENGTH = 2_000


@dataclass(frozen=True)
class NamedRun:
    """A run that was restored or imported, and its name before if another run has taken that."""

    run: Run
    name_before: str | None = None


def rename(run: Run, name: str) -> Run:
    """Give a run another name. Raises `RunError` when the name is taken or invalid."""
    with storage.home_lock():
        run = _own(run, "renamed")
        return _write(
            run, name=registry.free_name(name, registry.taken_names() - {run.id, run.name})
        )


def annotate(run: Run, note: str) -> Run:
    """Replace the note of a run; an empty text removes it."""
    note = checked_note(note)
    with storage.home_lock():
        return _write(_own(run, "annotated"), note=note)


def checked_note(note: str) -> str:
    """The note as it is stored. Raises `RunError` when it is too long or invalid Unicode."""
    note = note.strip()
    if len(note) > MAX_NOTE_LENGTH:
        raise RunError(
            f"note: expected up to {MAX_NOTE_LENGTH:,} characters, got {len(note):,}; shorten it"
        )
    if note != note.encode("utf-8", "ignore").decode():
        raise RunError("note: expected text, got bytes that are none; write it as UTF-8")
    return note


def delete(run: Run) -> Run:
    """Mark a run as deleted: no list has it, and its name is free. `restore` undoes it."""
    with storage.home_lock():
        run = _own(run, "deleted")
        state = run_state(run)
        if state in ACTIVE_STATES:
            raise RunError(f"{run.name}: is {state} and can't be deleted; stop it first")
        return _write(run, deleted=True)


def restore(run: Run) -> NamedRun:
    """Restore a deleted run, under a numbered name where its own is taken meanwhile."""
    with storage.home_lock():
        run = _own(run, "restored")
        if not run.deleted:
            raise RunError(f"{run.name}: is not deleted, so there is nothing to restore")
        name = numbered_name(run.name, registry.taken_names() - {run.id})
        restored = _write(run, deleted=False, name=name)
    return NamedRun(restored, None if restored.name == run.name else run.name)


def delete_permanently(run: Run) -> None:
    """Remove the folder of a deleted run from the disk, for good."""
    with storage.home_lock():
        run = _own(run, "removed")
        if not run.deleted:
            raise RunError(f"{run.name}: expected a deleted run; delete it first")
        if is_alive(run):
            raise RunError(f"{run.name}: its training still goes on; stop it first")
        # Renamed to a name that no list has: readers see the whole run or nothing.
        gone = run.path.with_name(f".removed-{run.id}")
        run.path.replace(gone)
    shutil.rmtree(gone)


def find_deleted(text: str) -> Run:
    """The deleted run with that id or, if only one has it, that name."""
    runs = registry.deleted_runs()
    matches = [run for run in runs if run.id == text] or [run for run in runs if run.name == text]
    return registry.only_match(text, matches, runs, "deleted ")


def numbered_name(name: str, taken: set[str]) -> str:
    """`name`, or `name-2`, `name-3`, … : the first that is not taken, and a valid name."""
    if name not in taken:
        return registry.free_name(name, ())
    numbers = (f"-{number}" for number in range(2, len(taken) + 3))
    longest = 60
    candidates = (name[: longest - len(number)] + number for number in numbers)
    return next(candidate for candidate in candidates if candidate not in taken)


def _own(run: Run, done: str) -> Run:
    """The run with its current metadata, which another page may have changed."""
    if run.bundled:
        raise RunError(f"{run.name}: is bundled with the program and can't be {done}")
    return registry.open_run(run.path)


def _write(run: Run, **changes: str | bool) -> Run:
    label = {"name": run.name, "note": run.note, "deleted": run.deleted, "imported": run.imported}
    storage.write_json(run.path / "label.json", {**label, **changes})
    return registry.open_run(run.path)
