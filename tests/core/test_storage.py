"""Files that are replaced in one step."""

from pathlib import Path

import pytest

from mnistviz.core import storage


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
