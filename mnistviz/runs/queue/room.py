"""The room of a run: the folder whose homes share the slots of the queue."""

from pathlib import Path

SPACES = "spaces"


def room_of(home: Path) -> Path:
    """The room that a home belongs to: the home itself, where it is not a visitor's space.

    Unlike `storage.room`, it is the same in all processes, whoever started them.
    """
    return home.parent.parent if home.parent.name == SPACES else home
