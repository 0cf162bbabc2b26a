"""Read a file again only after it has changed: lists of a thousand runs stay quick."""

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")


def read_once(read: Callable[[Path], Value]) -> Callable[[Path], Value]:
    """Keep what `read` made of a file for as long as its time, size and inode stay the same.

    A file that is replaced has another inode, one that is appended to another size, so
    both are seen whatever the clock says. A missing file is read each time: `read` says what
    that means. What is kept is shared: it must not be changed by who gets it.
    """
    kept: dict[Path, tuple[tuple[int, int, int], Value]] = {}
    lock = threading.Lock()

    @functools.wraps(read)
    def cached(path: Path) -> Value:
        try:
            found = path.stat()
        except OSError:
            with lock:
                kept.pop(path, None)
            return read(path)
        # Before reading: what changes meanwhile is then read again, never missed.
        stamp = found.st_mtime_ns, found.st_size, found.st_ino
        with lock:
            if path in kept and kept[path][0] == stamp:
                return kept[path][1]
        value = read(path)
        with lock:
            kept[path] = stamp, value
        return value

    return cached
