"""The times of the last runs of a room: a line of JSON for each that ended, by its worker."""

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mnistviz.core.read_cache import read_once
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.registry import Run

RECENT_SECONDS = 1_800
# The last lines that are read: some three hundred.
READ_BYTES = 100_000


@dataclass(frozen=True)
class FinishedRun:
    """The times of a run, from its turn to its end. `ended` is in seconds since 1970.

    `start_seconds` is the part before the first step. `is_whole` says that it ran from the first
    step to the last without a pause: only then its times can be expected of other runs. `settings`
    is a hash of all settings but the seed, `load` the work, see `load_of`.
    """

    home: str
    ended: float
    settings: str
    load: float
    start_seconds: float
    seconds: float
    is_whole: bool


_ENTRY = TypeAdapter(FinishedRun)


def settings_of(run: Run) -> str:
    """Return a hash of all settings of a run but the seed."""
    model, train = run.spec.model, run.spec.train.changed(seed=0)
    text = f"{model.model_dump_json()}{train.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_of(run: Run) -> float:
    """Return the work of a run: multiplications of all images that go through its network.

    A training step has about three times those of an answer.
    """
    spec = run.spec.train
    answered = spec.epochs * (spec.held_out + 2_000) + 10_000
    return run.spec.model.multiply_accumulates * (3.0 * spec.num_trained * spec.epochs + answered)


def add(run: Run, *, start_seconds: float, seconds: float, is_whole: bool) -> None:
    """Append what a run took to the log of its room. Without a place for it, nothing happens."""
    entry = FinishedRun(
        home=str(run.path.parent),
        ended=time.time(),
        settings=settings_of(run),
        load=load_of(run),
        start_seconds=round(start_seconds, 2),
        seconds=round(seconds, 2),
        is_whole=is_whole,
    )
    file = _file(room_of(run.path.parent))
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        # One write of a short line in append mode: lines of two workers don't mix.
        with file.open("ab", buffering=0) as target:
            target.write(json.dumps(asdict(entry)).encode() + b"\n")


def entries(room: Path) -> Sequence[FinishedRun]:
    """Return what the last runs of a room took, oldest first."""
    return _read(_file(room))


def recent(room: Path) -> list[FinishedRun]:
    """Return what the runs took that ended in the last half hour."""
    now = time.time()
    return [entry for entry in entries(room) if abs(now - entry.ended) < RECENT_SECONDS]


def _file(room: Path) -> Path:
    return room / "slots" / "finished.jsonl"


@read_once
def _read(file: Path) -> Sequence[FinishedRun]:
    try:
        with file.open("rb") as source:
            source.seek(max(0, file.stat().st_size - READ_BYTES))
            lines = source.read().splitlines()
    except OSError:
        return ()
    found = []
    for line in lines:
        # The first one may begin in the middle.
        with suppress(ValidationError):
            found.append(_ENTRY.validate_json(line))
    return tuple(found)
