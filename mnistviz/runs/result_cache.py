"""Numbers that take seconds to reckon, kept on disk beside a person's runs.

What is kept belongs to one snapshot of one run, and is found again by the hash of the
snapshot's file: a file that is replaced or damaged is reckoned anew, never believed. For the
bundled runs, some of it is bundled, too.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistviz.core import storage
from mnistviz.core.assets import ASSETS
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run

BUNDLED = ASSETS / "kept"

Arrays = Mapping[str, NDArray[Any]]


def file_of(run: Run, step: int, name: str) -> Path:
    """Where `name` is kept for a snapshot."""
    return storage.home() / "cache" / _place(run, step, name)


def _place(run: Run, step: int, name: str) -> str:
    digest = hashlib.sha256(snapshots.file_of(run, step).read_bytes()).hexdigest()[:16]
    return f"{run.id}/{name}-step-{step:07d}-{digest}.npz"


def read(run: Run, step: int, name: str) -> Arrays | None:
    """The arrays kept as `name` for a snapshot, or None where there are none that can be read."""
    found = _read(file_of(run, step, name))
    if found is None and run.bundled:
        found = _read(BUNDLED / _place(run, step, name))
    return found


def _read(file: Path) -> Arrays | None:
    try:
        # Opened here: np.load would leave a damaged file open.
        with file.open("rb") as source, np.load(source, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def write(run: Run, step: int, name: str, arrays: Arrays) -> None:
    """Keep arrays as `name`: under another name first, then renamed."""
    file = file_of(run, step, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with storage.atomic_write(file) as target:
        np.savez(target, allow_pickle=False, **arrays)


def kept(run: Run, step: int, name: str, reckon: Callable[[], Arrays]) -> Arrays:
    """The arrays kept as `name`, or else what `reckon` returns, which is then kept.

    A home that can't be written to costs the time again, no more.
    """
    found = read(run, step, name)
    if found is None:
        found = reckon()
        with suppress(OSError):
            write(run, step, name, found)
    return found
