"""Free memory of the machine, or of the container that the process runs in."""

from dataclasses import dataclass
from pathlib import Path

import psutil

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


def available_memory() -> int:
    """Return the bytes that a new process can use, within the limits of its control groups."""
    available = float(psutil.virtual_memory().available)
    return int(min([available, *(group.free() for group in _own_groups())]))


@dataclass(frozen=True)
class _Group:
    """A control group of Linux, and the names of its files, which depend on the version."""

    folder: Path
    limit: str = "memory.max"
    used: str = "memory.current"
    cached: str = "inactive_file"

    def free(self) -> float:
        """Return the bytes that are free; infinity where the group has no limit."""
        try:
            limit = int((self.folder / self.limit).read_text())
            used = int((self.folder / self.used).read_text())
            lines = (self.folder / "memory.stat").read_text().splitlines()
            # The system drops these pages of files where memory is needed.
            cached = int(dict(line.split() for line in lines)[self.cached])
        except (OSError, ValueError, KeyError):
            # There is no such file, or the limit is "max".
            return float("inf")
        return max(0, limit - used + cached)


def _own_groups() -> list[_Group]:
    """Return the control groups of this process, with those around them."""
    try:
        lines = OWN_CGROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    groups = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            groups += [_Group(folder) for folder in _with_parents(CGROUPS, path)]
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            groups += [_Group(one, *names) for one in _with_parents(CGROUPS / "memory", path)]
    return groups


def _with_parents(root: Path, path: str) -> list[Path]:
    """Return a folder below `root` and those around it; in a container the last is its own."""
    folder = root / path.lstrip("/")
    return [folder, *(parent for parent in folder.parents if parent.is_relative_to(root))]
