"""The home folder, its lock, and files that are replaced in one step."""

import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import RunError

DEFAULT_HOME = PROJECT / "runs"
LOCK_TIMEOUT_SECONDS = 10


def home() -> Path:
    """The folder that holds a person's runs, `MNISTVIZ_HOME` or `runs/` in the project."""
    return Path(os.environ.get("MNISTVIZ_HOME") or DEFAULT_HOME).absolute()


@contextmanager
def home_lock() -> Iterator[None]:
    """Hold the lock of the home folder: two servers may share one home.

    Raises `RunError` where the folder can't be written to.
    """
    lock = FileLock(home() / "home.lock", timeout=LOCK_TIMEOUT_SECONDS)
    try:
        home().mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise RunError(
            f"{home()}: expected a folder for runs that can be written to, got: "
            f"{error.strerror or error}; set MNISTVIZ_HOME to another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(file: Path) -> bool:
    """Whether a process holds a lock file."""
    if not file.exists():
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes the place of `path` when the block ends without an error.

    Readers see the old file or the new one, never a part; after an error the old one stays. The
    part is in the same folder under a hidden name.
    """
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a JSON file in one step."""
    with atomic_write(path) as file:
        file.write(json.dumps(value, indent=1).encode())


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, or an empty one where the file is missing or no JSON object.

    A file that was edited on Windows may begin with a byte order mark.
    """
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of an npz file by name, or None where it is missing or damaged."""
    try:
        # Opened here: np.load would leave a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            # Every member is read, which verifies its checksum.
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
