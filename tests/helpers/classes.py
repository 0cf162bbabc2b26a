"""A server in class mode, in this process: whose home it is can be set."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mnistviz.classroom import spaces
from mnistviz.classroom.spaces import Space
from mnistviz.core import storage


@contextmanager
def class_mode() -> Iterator[None]:
    """Within the block, this process serves a class, and works for the teacher."""
    storage.serve_class(storage.room)
    try:
        yield
    finally:
        storage.serve_class(None)


def visitor() -> Space:
    """A new visitor of the class."""
    return spaces.enter(spaces.new_token())


def files_below(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their paths in it, without locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }
