"""The home folder, its lock, and files that are replaced in one step."""

import errno
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
from mnistviz.core.errors import RunError, StorageError

DEFAULT_HOME = PROJECT / "runs"
LOCK_TIMEOUT_SECONDS = 10
# What the system says of a disk or a file that is full, and of files that may only be read.
UNWRITABLE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
)


def home() -> Path:
    """The folder that holds a person's runs, `MNISTVIZ_HOME` or `runs/` in the project."""
    return Path(os.environ.get("MNISTVIZ_HOME") or DEFAULT_HOME).absolute()


@contextmanager
def home_lock() -> Iterator[None]:
    """Hold the lock of the home folder: two servers may share one home.

    Raises `RunError` where the folder can't be written to, or another process has held the lock for
    10 s, and `StorageError` for a file that the block can't write.
    """
    lock = FileLock(home() / "home.lock", timeout=LOCK_TIMEOUT_SECONDS)
    try:
        home().mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise RunError(
            f"{home()}: expected its lock within {LOCK_TIMEOUT_SECONDS} s, got none, because "
            "another server or command holds it; try again in a moment"
        ) from None
    except OSError as error:
        raise RunError(
            f"{home()}: expected a folder for runs that can be written to, got: "
            f"{error.strerror or error}; set MNISTVIZ_HOME to another folder"
        ) from None
    try:
        with writing(home()):
            yield
    finally:
        lock.release()


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Raise `StorageError` for a full disk and for missing rights."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        if error.errno in UNWRITABLE:
            raise StorageError(str(place), error.strerror or str(error)) from None
        raise


def is_locked(file: Path) -> bool:
    """Whether a process holds a lock file."""
    if not file.exists():
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        # A home that can only be read: nobody here trains in it.
        return False


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes the place of `path` when the block ends without an error.

    Readers see the old file or the new one, never a part; after an error the old one stays. The
    part is in the same folder under a hidden name. Raises `StorageError` where it can't be written.
    """
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with writing(path):
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
