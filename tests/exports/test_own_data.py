"""Exports of a run on a data set of one's own: its classes, and no code that would read MNIST."""

from pathlib import Path

import pytest

from mnistviz.core.errors import ReportError
from mnistviz.exports import formats
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.own_data_runs import keep_set, run_on


def test_a_hand_in_names_the_classes_and_code_is_refused(tmp_path: Path) -> None:
    snapshot = latest_snapshot(run_on(keep_set(5, "signs"), "mine", "F-10FC"))
    out = tmp_path / "mine.md"
    formats.export(snapshot, formats.find_format("handin", out), out)
    assert "read as sign " in out.read_text(encoding="utf-8")
    module = tmp_path / "mine.py"
    assert formats.export(snapshot, formats.find_format("numpy", module), module)
    for name, file in (("script", "a.py"), ("notebook", "a.ipynb"), ("handin", "a.ipynb")):
        with pytest.raises(ReportError, match="expected a run on MNIST"):
            formats.export(snapshot, formats.find_format(name, tmp_path / file), tmp_path / file)
    assert not (tmp_path / "a.py").exists()
