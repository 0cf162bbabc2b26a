"""How much a visitor of a class may keep, and how much must be left on the disk of the room.

A person alone has no limits, and neither has the teacher but for the disk.
"""

import os
import shutil
from pathlib import Path

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.room.rules import is_visitor

MAX_RUNS = 20
MAX_SPACE_BYTES = 200 * 2**20
# Below it nothing more is kept: trainings that are under way need the rest.
MIN_FREE_DISK_BYTES = 500 * 2**20
MAX_UPLOAD_MEGABYTES = 20
# A visitor's uploads within a minute.
MAX_UPLOADS = 20
MAX_UPLOADED_BYTES = 60 * 2**20
MAX_WINDOWS = 5
MAX_VISITORS = 100
# Below it no upload and no further visitor is taken in.
MIN_FREE_MEMORY_BYTES = 200 * 2**20


def need_room(new_runs: int = 0, new_bytes: int = 0) -> None:
    """Raise `ClassError` where a limit is reached: which one, and what helps.

    Call it before something is kept: `new_runs` runs, `new_bytes` on the disk, or else something
    small such as a digit.
    """
    if not storage.is_class():
        return
    free = shutil.disk_usage(existing_folder(storage.room())).free
    if free < MIN_FREE_DISK_BYTES + new_bytes:
        raise ClassError(
            f"The disk of the computer that serves this class is full: {free / 1e6:.0f} MB are "
            f"left, and {MIN_FREE_DISK_BYTES / 1e6:.0f} MB must stay free. Nothing was kept; tell "
            "the teacher, who can free space or reset the room."
        )
    if not is_visitor():
        return
    home = storage.home()
    if new_runs and (kept := number_of_runs(home)) + new_runs > MAX_RUNS:
        raise ClassError(
            f"You have {kept} runs, and everybody in this class may keep {MAX_RUNS}. Delete one on "
            "the page Runs, then try again."
        )
    if (used := size_of(home) + new_bytes) > MAX_SPACE_BYTES:
        raise ClassError(
            f"Your runs, digits and data take {used / 2**20:.0f} MB, and everybody may "
            f"keep {MAX_SPACE_BYTES / 2**20:.0f} MB. Delete runs on the page Runs and remove them "
            "there for good, then try again."
        )


def existing_folder(folder: Path) -> Path:
    """A folder, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def number_of_runs(home: Path) -> int:
    """The number of runs in a home, without those that were deleted."""
    labels = (storage.read_json(file) for file in home.glob("[!.]*/label.json"))
    return sum(label.get("deleted") is not True for label in labels)


def size_of(folder: Path) -> int:
    """The bytes of all files in a folder."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += size_of(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        # It was removed meanwhile.
        return total
    return total
