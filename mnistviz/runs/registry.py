"""A run is a directory. Create, list, find and read runs.

Workers and pages share nothing but these files: each has one writer, and every reader handles a
file that is being written. `docs/architecture.md` lists them.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import RunError, SpecError
from mnistviz.core.inputs import names
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.read_cache import read_once
from mnistviz.core.room import limits
from mnistviz.core.run_spec import DataRef, OwnDigits, Parent, RunSpec
from mnistviz.core.storage import home, home_lock, read_json, shared_runs, write_json
from mnistviz.core.train_spec import TrainSpec

BUNDLED_HOME = ASSETS / "runs"
# The bundled run that pages and commands show by default.
DEFAULT_RUN = "best"
BUNDLED_FIRST = (DEFAULT_RUN, "reference")

# A folder's name: a time, a name and perhaps a number, 255 at most on all file systems.
MAX_ID_LENGTH = 200


@dataclass(frozen=True)
class Run:
    """A run on disk. The folder's name is its id and never changes; the name may."""

    id: str
    path: Path
    name: str
    note: str
    spec: RunSpec
    bundled: bool
    deleted: bool = False
    imported: bool = False

    @property
    def metrics_file(self) -> Path:
        return self.path / "metrics.jsonl"


@dataclass(frozen=True)
class DamagedRun:
    """A folder of a run that can't be read, and the reason. It is never written to."""

    id: str
    path: Path
    name: str
    reason: str


# ---------------------------------------------------------------- create, list, find


def create_run(
    recipe: str,
    model: ModelSpec,
    train: TrainSpec,
    name: str | None = None,
    parent: Parent | None = None,
    own: OwnDigits | None = None,
    data: DataRef | None = None,
) -> Run:
    """Create the directory of a new run, with its spec and its name.

    Without a name it gets `recipe-1`, `recipe-2`, … Raises `RunError` when the
    name is invalid or taken, by a bundled run too, and `ClassError` at a limit of a class.
    """
    limits.need_room(new_runs=1)
    with home_lock():
        taken = taken_names()
        if name is None:
            numbers = (f"{recipe}-{number}" for number in range(1, len(taken) + 2))
            name = next(candidate for candidate in numbers if candidate not in taken)
        name = free_name(name, taken)
        now = datetime.now(UTC)
        spec = RunSpec(
            recipe=recipe,
            created=now,
            model=model,
            train=train,
            parent=parent,
            own=own,
            data=data,
        )
        path = new_folder(name)
        path.mkdir()
        write_json(path / "spec.json", spec.model_dump(mode="json"))
        write_json(path / "label.json", {"name": name, "note": "", "deleted": False})
    return Run(path.name, path, name, "", spec, bundled=False)


def taken_names() -> set[str]:
    """The names that no new run may have: all ids, and all names but those of deleted runs."""
    words: set[str] = set()
    for folder in (*read_only_homes(), home()):
        for entry in _entries_in(folder):
            words.add(entry.id)
            if isinstance(entry, DamagedRun) or not entry.deleted:
                words.add(entry.name)
    return words


def read_only_homes() -> list[Path]:
    """The folders of the runs that can't be changed: the bundled ones, and those of a teacher."""
    shared = shared_runs()
    return [BUNDLED_HOME, shared] if shared else [BUNDLED_HOME]


def free_name(name: str, taken: Collection[str]) -> str:
    """The name as it is stored. Raises `RunError` when it is invalid or among `taken`."""
    name = names.tidied(name)
    if not names.is_valid(name):
        raise RunError(
            f"name: expected up to {names.MAX_NAME_LENGTH} characters, starting with a letter or "
            f"digit, without any of {' '.join(sorted(names.RESERVED))}, got {name!r}"
        )
    if name in taken:
        raise RunError(f"name: {name!r} is taken by another run; choose another name")
    return name


def new_folder(name: str) -> Path:
    """The path of a new run's folder. Call it only while the home lock is held."""
    base = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{names.to_folder_name(name)}"
    path = home() / base
    attempt = 1
    while path.exists():
        attempt += 1
        path = home() / f"{base}-{attempt}"
    return path


@read_once
def _read_spec(path: Path) -> RunSpec:
    return RunSpec(**read_json(path))


_read_small_json = read_once(read_json)


def open_run(path: Path, *, bundled: bool = False) -> Run:
    """Read the run in a directory. Raises `RunError` when its `spec.json` is damaged."""
    spec_file = path / "spec.json"
    try:
        if not spec_file.exists():
            raise FileNotFoundError("it is missing")
        spec = _read_spec(spec_file)
    except (OSError, SpecError) as error:
        raise RunError(
            f"{path.name}: spec.json can't be read ({error}); the other files of the run are kept"
        ) from None
    label = _read_small_json(path / "label.json")
    return Run(
        id=path.name,
        path=path,
        name=_text(label, "name") or path.name,
        note=_text(label, "note"),
        spec=spec,
        bundled=bundled,
        deleted=label.get("deleted") is True,
        imported=label.get("imported") is True,
    )


def _text(label: Mapping[str, Any], key: str) -> str:
    return str(label.get(key) or "")


def list_runs() -> list[Run]:
    """All runs that can be read: bundled ones first, then a person's own, newest first.

    The bundled ones are in the order of `BUNDLED_FIRST`, then by time; in class mode, those that
    the teacher shares follow. `deleted_runs` and `damaged_runs` return the others.
    """
    bundled = sorted(_readable(BUNDLED_HOME), key=_created)
    bundled.sort(key=lambda run: (*BUNDLED_FIRST, run.id).index(run.id))
    for folder in read_only_homes()[1:]:
        bundled += sorted(_readable(folder), key=_created, reverse=True)
    own = (run for run in _readable(home()) if not run.deleted)
    return [*bundled, *sorted(own, key=_created, reverse=True)]


def runs_on(sha256: str) -> list[Run]:
    """The runs that were trained on the data set with a checksum."""
    return [run for run in list_runs() if run.spec.data and run.spec.data.sha256 == sha256]


def deleted_runs() -> list[Run]:
    """The deleted runs, which can be restored, newest first."""
    gone = (run for run in _readable(home()) if run.deleted)
    return sorted(gone, key=_created, reverse=True)


def damaged_runs() -> list[DamagedRun]:
    """The runs whose spec can't be read, by id."""
    return [entry for entry in _entries_in(home()) if isinstance(entry, DamagedRun)]


def _created(run: Run) -> datetime:
    return run.spec.created


def _readable(folder: Path) -> list[Run]:
    return [entry for entry in _entries_in(folder) if isinstance(entry, Run)]


def _entries_in(folder: Path) -> list[Run | DamagedRun]:
    """All runs of a folder by id, readable or not. Other files and folders are ignored."""
    try:
        with os.scandir(folder) as paths:
            folders = sorted(path.name for path in paths if path.name[0] != ".")
    except (FileNotFoundError, NotADirectoryError):
        return []
    runs: list[Run | DamagedRun] = []
    for name in folders:
        path = folder / name
        try:
            runs.append(open_run(path, bundled=folder in read_only_homes()))
        except RunError as error:
            # A folder that is being created has no file yet; one without its spec has others.
            if any((path / file).exists() for file in ("spec.json", "label.json", "metrics.jsonl")):
                label = _read_small_json(path / "label.json")
                runs.append(DamagedRun(name, path, _text(label, "name") or name, str(error)))
    return runs


def find_run(text: str) -> Run:
    """The run with that id or, if only one has it, that name."""
    text = names.tidied(text)
    if 0 < len(text) <= MAX_ID_LENGTH and text[0] != "." and Path(text).name == text:
        # Most callers have the id, which names the folder: the others need not be read.
        read_only = read_only_homes()
        for folder in (*read_only, home()):
            if (folder / text / "spec.json").exists():
                return _not_deleted(open_run(folder / text, bundled=folder in read_only))
    runs = list_runs()
    return only_match(text, [run for run in runs if run.name == text], runs)


def only_match(text: str, matches: Sequence[Run], runs: Sequence[Run], adjective: str = "") -> Run:
    """The only run that a text matches. Raises `RunError` with ids or names for none or several."""
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(run.id for run in matches)
        raise RunError(
            f"run: {text!r} is the name of {len(matches)} {adjective}runs; say which by id: {ids}"
        )
    known = ", ".join(run.name for run in runs[:10]) or ("none" if adjective else "none yet")
    raise RunError(f"run: no {adjective}run has the name or id {text!r}; there are: {known}")


def _not_deleted(run: Run) -> Run:
    if run.deleted:
        raise RunError(
            f"run: {run.name!r} is deleted; bring it back with `runs restore {run.id}` or on the "
            "Runs page"
        )
    return run
