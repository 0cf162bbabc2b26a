"""A zip file as a new run. What comes in is data that is checked, never code.

Nothing is extracted: each file is read up to a limit, checked, and written anew.
"""

import json
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from mnistviz.core import storage
from mnistviz.core.errors import RunError, SpecError
from mnistviz.core.inputs import names
from mnistviz.core.inputs.file_kinds import KIND_TEXTS, FileKind, find_kind
from mnistviz.core.room import limits
from mnistviz.core.run_spec import RunSpec
from mnistviz.core.safe_zip import SafeZip, ZipError, ZipRules, open_zip
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.training import MetricRow, WatchedAnswers
from mnistviz.runs import fine_tune_set, metadata, registry, snapshots
from mnistviz.runs.archive.pack import ENDED, KERAS_MISSING
from mnistviz.runs.archive.weights import checked_weights, largest_snapshot
from mnistviz.runs.fine_tune_set import Split
from mnistviz.runs.metadata import NamedRun
from mnistviz.runs.metrics_log import distributions_in, parse_row
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State, Status
from mnistviz.runs.snapshots import Snapshot

MAX_JSON_BYTES = 64 * 2**10
MAX_LOG_BYTES = 64 * 2**20

ABANDONED_SECONDS = 3_600

SNAPSHOT = re.compile(r"snapshots/step-([0-9]{7,9})\.npz")
RECIPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
# A time, a name, a number.
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Made for other programs: an import doesn't even read them.
FOR_OTHERS = {"metrics.csv", "log.csv", "weights.npz", "model.keras", KERAS_MISSING}
OURS = {"spec.json", "label.json", "status.json", "metrics.jsonl", fine_tune_set.FILE}

# The longest run, 200 epochs, has about 250 snapshots of at most 2 MB and a log of 6 MB. Logs are
# compressed to a tenth; a file that is compressed to a two-hundredth was made to fill a disk.
RULES = ZipRules(
    allows=lambda name: name in OURS | FOR_OTHERS or SNAPSHOT.fullmatch(name) is not None,
    folders=frozenset({"snapshots/"}),
    strip_folder=True,
    max_zip_bytes=512 * 2**20,
    max_entries=2_000,
    max_total_bytes=2**30,
    max_ratio=200,
    unsupported="one that is packed in another way ({})",
)

_GUESSES = TypeAdapter(WatchedAnswers)


def import_run(source: Path | IO[bytes]) -> NamedRun:
    """Make a new run of a zip file that `export` wrote, here or elsewhere.

    It gets an id of its own, and a numbered name where its own is taken. Everything is
    checked first and written anew; a zip that is refused leaves nothing behind. It comes
    without checkpoints: it can be forked, not resumed. Raises `RunError`.
    """
    with _open_archive(source) as archive:
        limits.need_room(new_bytes=sum(entry.file_size for entry in archive.entries))
        spec = _read_spec(archive)
        name, note = _read_label(archive)
        log, last_step = _read_log(archive, spec)
        status = _read_status(archive, last_step, spec)
        own = _read_own_digits(archive, spec)
        with _folder_in_the_making() as folder:
            storage.write_json(folder / "spec.json", spec.model_dump(mode="json"))
            storage.write_json(folder / "status.json", asdict(status))
            (folder / "metrics.jsonl").write_text(log, encoding="utf-8")
            if own:
                fine_tune_set.write(folder, own)
            unnamed = Run(folder.name, folder, name, note, spec, bundled=False)
            for file_name, step in _snapshots_of(archive, spec):
                snapshots.write(Snapshot(unnamed, step), _read_weights(archive, file_name, spec))
            with storage.home_lock():
                given = metadata.numbered_name(name, registry.taken_names())
                label = {"name": given, "note": note, "deleted": False, "imported": True}
                storage.write_json(folder / "label.json", label)
                path = registry.new_folder(given)
                folder.replace(path)
    return NamedRun(registry.open_run(path), None if given == name else name)


def _import_error(actual: str, way_out: str = "Export the run again") -> RunError:
    return RunError(
        f"import: expected a zip that the export of a run made, got {actual}; nothing was "
        f"imported. {way_out}"
    )


# What to do with a file of another kind.
_WAYS_OUT: dict[FileKind, str] = {
    "keras": "Import it on the Runs page, or with `runs import`",
    "digits": "Import it on the page My digits, or with `digits import`",
    "npz": "Only exports of this program come in",
}


@contextmanager
def _open_archive(source: Path | IO[bytes]) -> Iterator[SafeZip]:
    """Open a zip file that contains only what `export` writes. Raises `RunError`."""
    try:
        with ExitStack() as stack:
            if isinstance(source, Path):
                if not source.is_file():
                    raise _import_error(f"no file at {source}")
                source = stack.enter_context(source.open("rb"))
            kind = find_kind(source)
            if kind in _WAYS_OUT:
                raise _import_error(KIND_TEXTS[kind], _WAYS_OUT[kind])
            yield stack.enter_context(open_zip(source, RULES))
    except ZipError as error:
        raise _import_error(str(error)) from None
    except OSError as error:
        raise RunError(
            f"import: expected a zip that can be read and room in {storage.home()}, got: "
            f"{error.strerror or error}; nothing was imported"
        ) from None


def _read_object(archive: SafeZip, name: str) -> dict[str, Any]:
    """A JSON object of the zip, or an empty one where the file is not there."""
    if name not in archive.names:
        return {}
    value = _parsed(archive.read(name, MAX_JSON_BYTES))
    if not isinstance(value, dict):
        raise _import_error(f"{name} that is no JSON object")
    return value


def _parsed(text: bytes) -> Any:
    """The JSON value, or None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_spec(archive: SafeZip) -> RunSpec:
    if "spec.json" not in archive.names:
        raise _import_error("one without spec.json")
    try:
        spec = RunSpec(**_read_object(archive, "spec.json"))
    except (SpecError, TypeError) as error:
        raise _import_error(f"a spec.json that is not of this version ({error})") from None
    # It is shown on pages and made into names.
    if not RECIPE.fullmatch(spec.recipe):
        raise _import_error(f"the recipe {spec.recipe[:80]!r}")
    if spec.parent and not RUN_ID.fullmatch(spec.parent.run):
        raise _import_error(f"the parent {spec.parent.run[:80]!r}")
    return spec


def _read_label(archive: SafeZip) -> tuple[str, str]:
    label = _read_object(archive, "label.json")
    name, note = label.get("name", "imported"), label.get("note", "")
    if not isinstance(name, str) or not names.is_valid(name := names.tidied(name)):
        raise _import_error(f"the name {str(name)[:80]!r}")
    if not isinstance(note, str):
        raise _import_error("a note that is no text")
    return name, metadata.checked_note(note)


def _read_status(archive: SafeZip, last_step: int, spec: RunSpec) -> Status:
    """Return the last status of the run's worker. No worker is at work on it here."""
    found = _read_object(archive, "status.json")
    state: State = next((known for known in ENDED if known == found.get("state")), "stopped")
    error = found.get("error", "")
    if not isinstance(error, str) or not _is_text(error):
        raise _import_error("a status.json whose error is no text")
    return Status(state, last_step, spec.train.num_steps, error)


def _read_own_digits(archive: SafeZip, spec: RunSpec) -> Split | None:
    """The digits of a person that a run was trained on; it has them exactly where its spec says."""
    if (spec.own is None) != (fine_tune_set.FILE not in archive.names):
        raise _import_error(
            "digits of a person that spec.json doesn't name, or none where it names some"
        )
    if spec.own is None:
        return None
    raw = archive.read(fine_tune_set.FILE, fine_tune_set.MAX_FILE_BYTES)
    try:
        return fine_tune_set.parsed(raw, spec.own)
    except ValueError as error:
        raise _import_error(f"{fine_tune_set.FILE} with {str(error)[:200]}") from None


def _is_text(text: str) -> bool:
    """Whether a text can be shown: JSON may hold halves of characters."""
    return text.isascii() or text == text.encode("utf-8", "ignore").decode()


def _read_log(archive: SafeZip, spec: RunSpec) -> tuple[str, int]:
    """The log with each row checked and written anew, and its last step.

    Lines that don't parse are left out, as every reader of a log leaves them out.
    """
    if "metrics.jsonl" not in archive.names:
        return "", 0
    lines: list[str] = []
    last_step = 0
    raw = archive.read("metrics.jsonl", MAX_LOG_BYTES)
    for number, line in enumerate(raw.splitlines(), 1):
        record = _parsed(line)
        if not isinstance(record, dict):
            continue
        if isinstance(record.get("event"), str):
            _check_event(record, number, spec)
        else:
            row = _checked_row(line, number, spec)
            record, last_step = asdict(row), row.step
        lines.append(json.dumps(record) + "\n")
    return "".join(lines), last_step


def _check_event(record: dict[str, Any], number: int, spec: RunSpec) -> None:
    """Check what readers of a log rely on: a step, and the numbers of the events drawn."""
    where = f"(metrics.jsonl:{number})"
    step = record.get("step")
    if not isinstance(step, int) or not 0 <= step <= spec.train.num_steps:
        raise _import_error(f"an event at the step {str(step)[:40]} {where}")
    if record["event"] == "guesses":
        try:
            _GUESSES.validate_json(json.dumps(record), strict=True)
        except ValidationError:
            raise _import_error(f"guesses that are no digits and probabilities {where}") from None
    if record["event"] == "distributions":
        try:
            distributions_in(record)
        except ValidationError:
            raise _import_error(f"distributions that are no numbers {where}") from None
    if record["event"] == "learning_rate":
        rate = record.get("learning_rate")
        if rate is not None and (not isinstance(rate, float) or not 0 <= rate <= 1):
            raise _import_error(f"the learning rate {str(rate)[:40]} {where}")


def _checked_row(line: bytes, number: int, spec: RunSpec) -> MetricRow:
    try:
        row = parse_row(line)
    except ValidationError as error:
        problem = error.errors()[0]
        what = ".".join(str(part) for part in problem["loc"])
        raise _import_error(f"a row without a true {what} (metrics.jsonl:{number})") from None
    limits = {
        "step": (0, spec.train.num_steps),
        "epoch": (0, spec.train.epochs),
        "accuracy": (0, 1),
        "learning_rate": (0, 1),
        "seconds": (0, 1e9),
    }
    for what, (least, most) in limits.items():
        # NaN fails this comparison, too. Only the loss may be NaN or infinite: a run can end so.
        if not least <= getattr(row, what) <= most:
            raise _import_error(
                f"the {what} {getattr(row, what)} (metrics.jsonl:{number}), not from {least:g} "
                f"to {most:g}"
            )
    return row


def _read_weights(archive: SafeZip, name: str, spec: RunSpec) -> list[FloatArray]:
    raw = archive.read(name, largest_snapshot(spec.model))
    try:
        return checked_weights(raw, spec.model)
    except ValueError as error:
        raise _import_error(f"{name} of another network ({str(error)[:200]})") from None


def _snapshots_of(archive: SafeZip, spec: RunSpec) -> Iterator[tuple[str, int]]:
    for name in archive.names:
        if match := SNAPSHOT.fullmatch(name):
            step = int(match[1])
            if step > spec.train.num_steps:
                raise _import_error(f"{name} of a run of {spec.train.num_steps:,} steps")
            yield name, step


@contextmanager
def _folder_in_the_making() -> Iterator[Path]:
    """A folder in the home that no list shows, gone afterwards unless it was renamed."""
    with storage.home_lock():
        for left in storage.home().glob(".import-*"):
            # Of a process that was killed: no import takes so long.
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        folder = storage.home() / f".import-{uuid.uuid4().hex}"
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
