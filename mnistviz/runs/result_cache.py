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
from mnistviz.runs.snapshots import Snapshot

BUNDLED = ASSETS / "kept"

Arrays = Mapping[str, NDArray[Any]]


def file_of(snapshot: Snapshot, name: str) -> Path:
    """Where `name` is kept for a snapshot."""
    return storage.home() / "cache" / _place(snapshot, name)


def _place(snapshot: Snapshot, name: str) -> str:
    digest = hashlib.sha256(snapshots.file_of(snapshot).read_bytes()).hexdigest()[:16]
    return f"{snapshot.run.id}/{name}-step-{snapshot.step:07d}-{digest}.npz"


def read(snapshot: Snapshot, name: str) -> Arrays | None:
    """The arrays kept as `name` for a snapshot, or None where there are none that can be read."""
    found = _read(file_of(snapshot, name))
    if found is None and snapshot.run.bundled:
        found = _read(BUNDLED / _place(snapshot, name))
    return found


def _read(file: Path) -> Arrays | None:
    try:
        # Opened here: np.load would leave a damaged file open.
        with file.open("rb") as source, np.load(source, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def write(snapshot: Snapshot, name: str, arrays: Arrays) -> None:
    """Keep arrays as `name`: under another name first, then renamed."""
    file = file_of(snapshot, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with storage.atomic_write(file) as target:
        np.savez(target, allow_pickle=False, **arrays)


def kept(snapshot: Snapshot, name: str, reckon: Callable[[], Arrays]) -> Arrays:
    """The arrays kept as `name`, or else what `reckon` returns, which is then kept.

    A home that can't be written to costs the time again, no more.
    """
    found = read(snapshot, name)
    if found is None:
        found = reckon()
        with suppress(OSError):
            write(snapshot, name, found)
    return found
