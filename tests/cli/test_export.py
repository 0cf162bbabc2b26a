"""`python -m mnistviz export`: what it prints and writes."""

from pathlib import Path

import numpy as np

from mnistviz.core.errors import RunError, SpecError
from mnistviz.runs import snapshots
from tests.helpers.command_line import error_of, run, run_json
from tests.helpers.run_zips import make_run


def test_export_writes_the_files_of_a_format(tmp_path: Path) -> None:
    make_run()
    out = tmp_path / "net.py"
    value = run_json("export", "mine:1", "--to", "numpy", "--out", out)
    assert [value[key] for key in ("run", "step", "format")] == ["mine", 10, "numpy"]
    assert [entry["file"] for entry in value["files"]] == [str(out), str(out.with_suffix(".npz"))]
    assert [entry["bytes"] for entry in value["files"]] == [
        file.stat().st_size for file in (out, out.with_suffix(".npz"))
    ]
    expected = snapshots.read(snapshots.find("mine:1"))["conv1"]["kernel"]
    with np.load(out.with_suffix(".npz")) as arrays:
        np.testing.assert_array_equal(arrays["conv1_kernel"], expected)
    assert run("export", "mine", "--to", "numpy", "--out", out).startswith(f"{out} (")


def test_a_wrong_run_format_or_file_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    make_run()
    out = tmp_path / "net.py"
    assert isinstance(error_of("export", "nobody", "--to", "numpy", "--out", out), RunError)
    assert isinstance(error_of("export", "mine", "--to", "caffe", "--out", out), SpecError)
    wrong = out.with_suffix(".onnx")
    assert isinstance(error_of("export", "mine", "--to", "numpy", "--out", wrong), SpecError)
    assert not out.exists()
