"""What tests share: a home folder of their own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder: no test sees, or writes to, a person's runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MNISTVIZ_HOME", str(folder))
    monkeypatch.delenv("MNISTVIZ_SLOTS", raising=False)
    return folder
