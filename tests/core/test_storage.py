"""Files that are replaced in one step."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import processes, storage
from mnistviz.core.errors import RunError, StorageError


def test_json_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "value.json"
    storage.write_json(file, {"a": 1})
    with pytest.raises(TypeError):
        storage.write_json(file, {"a": object()})
    assert storage.read_json(file) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["value.json"]


def test_json_that_an_editor_on_windows_saved_is_read(tmp_path: Path) -> None:
    file = tmp_path / "label.json"
    for encoding in ("utf-8-sig", "utf-16"):
        file.write_text('{"name": "Zoë"}', encoding=encoding)
        assert storage.read_json(file) == {"name": "Zoë"}


def test_home_is_the_visitors_and_the_room_the_servers(home: Path, tmp_path: Path) -> None:
    assert storage.home() == storage.room() == home
    assert not storage.is_class()
    assert storage.shared_runs() is None
    storage.serve_class(lambda: tmp_path / "visitor")
    try:
        assert storage.home() == tmp_path / "visitor"
        assert storage.room() == home
        assert storage.is_class()
        bound = storage.in_this_home(storage.home)
        with storage.acting_in(tmp_path / "other"):
            assert storage.home() == tmp_path / "other"
            assert bound() == tmp_path / "visitor"
    finally:
        storage.serve_class(None)
    assert storage.home() == home


def test_a_child_process_works_in_the_home_of_its_visitor(home: Path, tmp_path: Path) -> None:
    code = "from mnistviz.core import storage as s; print(s.home(), s.room(), s.is_class())"
    storage.serve_class(lambda: tmp_path / "visitor")
    try:
        environment = processes.environment()
    finally:
        storage.serve_class(None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(tmp_path / "visitor"), str(home), "True"]


def test_a_full_disk_is_said_in_words_and_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "value.json"
    storage.write_json(file, {"a": 1})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(StorageError, match=r"value\.json: .* got: File too large; make room"):
            storage.write_json(file, {"a": "b" * 200})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert storage.read_json(file) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["value.json"]


def test_a_home_that_another_process_holds_is_said_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    monkeypatch.setattr(storage, "LOCK_TIMEOUT_SECONDS", 0.05)
    with (
        FileLock(home / "home.lock"),
        pytest.raises(RunError, match="another server or command holds it"),
        storage.home_lock(),
    ):
        pass
