"""Files that are replaced in one step."""

import resource
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
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
