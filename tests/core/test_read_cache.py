"""A file is read again when it has changed, and only then."""

import os
from pathlib import Path

from mnistviz.core.read_cache import read_once


def test_a_file_is_read_again_only_after_it_changed(tmp_path: Path) -> None:
    asked: list[Path] = []

    @read_once
    def read(path: Path) -> str:
        asked.append(path)
        return path.read_text() if path.exists() else "nothing"

    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("one")
    other.write_text("other")
    assert [read(file), read(file), read(other), read(file)] == ["one", "one", "other", "one"]
    assert asked == [file, other]

    with file.open("a") as more:  # another size
        more.write(" more")
    assert read(file) == "one more"

    before = file.stat()
    (tmp_path / "new").write_text("ONE MORE")  # another inode, same size, same time
    os.utime(tmp_path / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
    (tmp_path / "new").replace(file)
    assert read(file) == "ONE MORE"

    file.write_text("one less")  # the same inode and size, another time
    os.utime(file, ns=(0, before.st_mtime_ns - 10**9))  # and be it an earlier one
    assert read(file) == "one less"
    assert asked == [file, other, file, file, file]


def test_a_missing_file_is_asked_for_each_time(tmp_path: Path) -> None:
    read = read_once(lambda path: path.read_text() if path.exists() else "nothing")
    file = tmp_path / "late"
    assert read(file) == "nothing"
    file.write_text("here")
    assert read(file) == "here"
    file.unlink()
    assert read(file) == "nothing"
