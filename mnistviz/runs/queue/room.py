"""The room of a run: the folder whose homes share the slots of the queue.

A server for one person has one home, which is its own room. In a class, the home of each visitor is
a folder in `spaces/` of the room, and the room is the home of the teacher.
"""

from pathlib import Path

SPACES = "spaces"


def room_of(home: Path) -> Path:
    """The room that a home belongs to: the home itself, where it is not a visitor's space."""
    return home.parent.parent if home.parent.name == SPACES else home


def homes_of(room: Path) -> list[Path]:
    """All homes of a room: the room itself, then those of its visitors by the folder's name."""
    spaces = (room / SPACES).glob("[!.]*")
    return [room, *sorted(space for space in spaces if space.is_dir())]


def is_class(room: Path) -> bool:
    """Whether visitors have spaces in a room."""
    return (room / SPACES).is_dir()
