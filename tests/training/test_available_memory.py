"""Free memory: that of the machine, and the limits of control groups in files as Linux has them."""

from pathlib import Path

import psutil
import pytest

from mnistviz.training import available_memory as memory
from mnistviz.training.available_memory import available_memory

MEGABYTE = 1_000_000


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of control groups."""
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "OWN_CGROUPS", tmp_path / "own")
    return tmp_path / "cgroup"


def write(folder: Path, **files: int | str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name.replace("memory_", "memory.", 1)).write_text(f"{value}\n")


def test_without_a_limit_it_is_that_of_the_machine(groups: Path) -> None:
    found = available_memory()
    # Other processes take and return memory meanwhile.
    assert found == pytest.approx(psutil.virtual_memory().available, rel=0.2)
    (groups.parent / "own").write_text("0::/app\n")
    write(groups / "app", memory_max="max", memory_current=5, memory_stat="inactive_file 2")
    assert available_memory() == pytest.approx(found, rel=0.2)


def test_the_narrowest_limit_around_the_process_counts(groups: Path) -> None:
    (groups.parent / "own").write_text("0::/service/app\n")
    stat = f"anon 7\ninactive_file {3 * MEGABYTE}"
    write(groups / "service", memory_max=20 * MEGABYTE, memory_current=15 * MEGABYTE)
    write(groups / "service", memory_stat=stat)
    write(groups / "service" / "app", memory_max="max", memory_current=1, memory_stat=stat)
    assert available_memory() == 8 * MEGABYTE


def test_version_1_of_control_groups_is_read_too(groups: Path) -> None:
    # In a container the path is that of the host, the files are in the root folder.
    (groups.parent / "own").write_text("5:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n")
    write(
        groups / "memory", memory_limit_in_bytes=9 * MEGABYTE, memory_usage_in_bytes=10 * MEGABYTE
    )
    write(groups / "memory", memory_stat="total_inactive_file 0")
    assert available_memory() == 0
