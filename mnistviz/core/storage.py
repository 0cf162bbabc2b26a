"""The home folder, its lock, and files that are replaced in one step.

In class mode one server has a room: `spaces/` in it has a home for each visitor, `shared/` the
runs that all may read. The room itself is the home of the teacher, and of a person alone.
"""

import errno
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import RunError, StorageError

P = ParamSpec("P")
R = TypeVar("R")

DEFAULT_HOME = PROJECT / "runs"
LOCK_TIMEOUT_SECONDS = 10
# What the system says of a disk or a file that is full, and of files that may only be read.
UNWRITABLE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
)


# A child process of a server in class mode knows the room by this variable.
ROOM_VARIABLE = "MNISTVIZ_ROOM"

_find_home: Callable[[], Path] | None = None
_home_of_block: ContextVar[Path | None] = ContextVar("home_of_block", default=None)


def home() -> Path:
    """The folder that holds a person's runs, `MNISTVIZ_HOME` or `runs/` in the project.

    In a server in class mode, it is that of the visitor for whom the caller works.
    """
    if (inside := _home_of_block.get()) is not None:
        return inside
    if _find_home is not None:
        return _find_home()
    return Path(os.environ.get("MNISTVIZ_HOME") or DEFAULT_HOME).absolute()


def room() -> Path:
    """The folder of all that the visitors of a server share; the home where it serves one person.

    It has the slots of the queue, the warm worker and results for bundled runs.
    """
    folder = os.environ.get(ROOM_VARIABLE) or os.environ.get("MNISTVIZ_HOME") or DEFAULT_HOME
    return Path(folder).absolute()


def is_class() -> bool:
    """Whether this process is a server in class mode, or a child of one."""
    return _find_home is not None or bool(os.environ.get(ROOM_VARIABLE))


def spaces() -> list[Path]:
    """The homes of all visitors of a class; none where a server serves one person."""
    if not is_class():
        return []
    return sorted(path for path in (room() / "spaces").glob("[!.]*") if path.is_dir())


def homes() -> list[Path]:
    """All homes of this server: the room, then those of visitors."""
    return [room(), *spaces()]


def shared_runs() -> Path | None:
    """The folder of the runs that a teacher shares with all, or None outside class mode."""
    return room() / "shared" if is_class() else None


def serve_class(find_home: Callable[[], Path] | None) -> None:
    """Put this process in class mode; None ends it.

    `find_home` returns the home of the visitor for whom the calling thread works. It raises an
    error where there is none: what the server does for itself, it does in `acting_in(room())`.
    """
    global _find_home
    _find_home = find_home


@contextmanager
def acting_in(folder: Path) -> Iterator[None]:
    """Within the block, `home()` of this thread is `folder`, such as the space of a visitor."""
    token = _home_of_block.set(folder)
    try:
        yield
    finally:
        _home_of_block.reset(token)


def in_this_home(function: Callable[P, R]) -> Callable[P, R]:
    """A function that works in the present home, whichever thread calls it later."""
    folder = home()

    def bound(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting_in(folder):
            return function(*args, **kwargs)

    return bound


@contextmanager
def home_lock() -> Iterator[None]:
    """Hold the lock of the home folder: two servers may share one home.

    Raises `RunError` where the folder can't be written to, or another process has held the lock for
    10 s, and `StorageError` for a file that the block can't write.
    """
    folder = home()
    lock = FileLock(folder / "home.lock", timeout=LOCK_TIMEOUT_SECONDS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise RunError(
            f"{home()}: expected its lock within {LOCK_TIMEOUT_SECONDS} s, got none, because "
            "another server or command holds it; try again in a moment"
        ) from None
    except OSError as error:
        raise RunError(
            f"{folder}: expected a folder for runs that can be written to, got: "
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
