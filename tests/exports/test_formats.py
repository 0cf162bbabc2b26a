"""The table of formats: which one a file is of, and the files that each writes."""

import io
import zipfile
from pathlib import Path

import pytest

from mnistviz.core.errors import ReportError, SpecError
from mnistviz.exports import formats
from mnistviz.runs import snapshots
from tests.helpers.run_zips import make_run


def test_each_name_and_suffix_is_one_format() -> None:
    keys = [(each.name, each.suffix) for each in formats.FORMATS]
    assert len(set(keys)) == len(keys)
    for each in formats.FORMATS:
        assert formats.find_format(each.name, Path(f"x{each.suffix.upper()}")) is each


def test_an_unknown_name_or_suffix_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^to: expected one of keras, .*, got 'caffe'$"):
        formats.find_format("caffe", Path("x.py"))
    with pytest.raises(SpecError, match=r"^out: expected a file that ends with .py for numpy, got"):
        formats.find_format("numpy", Path("x.keras"))


def test_files_are_written_whole_and_beside_each_other(tmp_path: Path) -> None:
    snapshot = snapshots.latest_snapshot(make_run())
    numpy = formats.find_format("numpy", Path("m.py"))
    files = formats.export(snapshot, numpy, tmp_path / "m.py")
    assert files == [tmp_path / "m.py", tmp_path / "m.npz"]
    assert sorted(tmp_path.glob("m*")) == sorted(files)
    with zipfile.ZipFile(io.BytesIO(formats.packed(snapshot, numpy, "m"))) as archive:
        assert archive.namelist() == ["m.py", "m.npz"]
        assert archive.read("m.py") == files[0].read_bytes()


def test_a_place_that_can_not_be_written_to_is_an_error(tmp_path: Path) -> None:
    numpy = formats.find_format("numpy", Path("m.py"))
    with pytest.raises(ReportError, match=r"expected a file that can be written, got: No such"):
        formats.export(snapshots.latest_snapshot(make_run()), numpy, tmp_path / "nowhere" / "m.py")
