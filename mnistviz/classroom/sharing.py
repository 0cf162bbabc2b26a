"""Runs that a teacher shares with all: copies in the room, which visitors see as bundled ones."""

import re
import shutil
from pathlib import Path
from typing import Any

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.runs import metadata, registry
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state

# What a reader needs. The digits of a fine-tuned run stay with their writer.
_FILES = ("status.json", "metrics.jsonl")
_NOT_PLAIN = re.compile(r"[^\w .,()'+-]|_")
_SNAPSHOTS = "snapshots"


def shared_runs() -> list[Run]:
    """The runs that the teacher shares, newest first."""
    folder = _folder()
    return [run for run in registry.list_runs() if run.path.parent == folder]


def share(run: Run, whose: str = "") -> Run:
    """Copy a run for all to read; `whose` is the visitor's name, which becomes part of its name.

    For the teacher only. Raises `ClassError` for a run that trains, and outside class mode.
    """
    if (state := run_state(run)) in ACTIVE_STATES:
        raise ClassError(f"{run.name}: is {state} and can't be shared; stop it first")
    folder = _folder()
    with storage.acting_in(storage.room()), storage.home_lock():
        owner = f" by {whose}" if whose else ""
        name = f"{harmless(run.name)[: 56 - len(owner)]}{owner}"
        name = metadata.numbered_name(name, _names())
        part = folder / f".{run.id}.part"
        shutil.rmtree(part, ignore_errors=True)
        (part / _SNAPSHOTS).mkdir(parents=True)
        for file in _FILES:
            if (run.path / file).exists():
                shutil.copy(run.path / file, part / file)
        storage.write_json(part / "spec.json", _harmless_spec(run))
        for snapshot in (run.path / _SNAPSHOTS).glob("step-*.npz"):
            shutil.copy(snapshot, part / _SNAPSHOTS / snapshot.name)
        label = {"name": name, "note": run.note, "deleted": False, "imported": True}
        storage.write_json(part / "label.json", label)
        path = _free(folder / run.id)
        part.replace(path)
    return registry.open_run(path, bundled=True)


def unshare(run: Run) -> None:
    """Take a shared run away from all. The run of which it is a copy stays."""
    if run.path.parent != _folder():
        raise ClassError(f"{run.name}: expected a run that is shared with all, got another")
    gone = run.path.with_name(f".removed-{run.id}")
    run.path.replace(gone)
    shutil.rmtree(gone)


def _folder() -> Path:
    folder = storage.shared_runs()
    if folder is None:
        raise ClassError("share: expected a server in class mode, got one for a person alone")
    return folder


def harmless(name: str) -> str:
    """The name of a run without what Markdown may make a link or emphasis of: all will read it."""
    words = _NOT_PLAIN.sub(" ", name).replace("www.", "www ").split()
    return " ".join(words) or "shared"


def _harmless_spec(run: Run) -> dict[str, Any]:
    """The settings of a run, with harmless texts: an import may have had any."""
    spec = storage.read_json(run.path / "spec.json")
    spec["recipe"] = harmless(spec["recipe"])
    if parent := spec.get("parent"):
        parent["run"] = harmless(parent["run"])
    if data := spec.get("data"):
        data["name"] = harmless(data["name"])
        # A sign such as "+" or "<" is harmless.
        names = [one if len(one) <= 1 else harmless(one) for one in data["class_names"]]
        doubles = [one if one not in names[:at] else f"{one} {at}" for at, one in enumerate(names)]
        data["class_names"] = doubles
    return spec


def _names() -> set[str]:
    """The names and ids that no shared run may have: those of runs that visitors see, too."""
    runs = registry.list_runs()
    return {word for run in runs if run.bundled for word in (run.name, run.id)}


def _free(path: Path) -> Path:
    """The path, or one with a number that is free: two visitors' runs may have the same id."""
    candidates = (path.with_name(f"{path.name}-{number}") for number in range(2, 1_000))
    return path if not path.exists() else next(one for one in candidates if not one.exists())
