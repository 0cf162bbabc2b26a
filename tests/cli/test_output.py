"""JSON, tables and files that commands print and write."""

import json
from pathlib import Path

import numpy as np
import pytest

from mnistviz.cli.output import Column, Section, print_json, print_table, write_result
from mnistviz.core.errors import ReportError

COLUMNS = (
    Column("name", 6, left=True),
    Column("share", 7, ".1%"),
    Column("seen", 3, left=True, gap=2),
)


def test_json_is_one_line_and_paths_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"out": Path("a.png"), "none": None})
    assert json.loads(capsys.readouterr().out) == {"out": "a.png", "none": None}


@pytest.mark.parametrize("value", [float("nan"), {1, 2}])
def test_what_json_can_not_hold_is_a_defect(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        print_json(value)


def test_a_table_is_aligned_below_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(COLUMNS, [("a", 0.5, "yes"), ("bc", None, "no")])
    assert capsys.readouterr().out.splitlines() == [
        "name    share  seen",
        "a       50.0%  yes",
        "bc             no ",
    ]
    print_table(COLUMNS, [("a", 0.5, "yes")], heading=False)
    assert capsys.readouterr().out == "a       50.0%  yes\n"


def write(out: Path | None) -> list[Path]:
    pictures: list[Path] = []

    def figure() -> Section:
        import plotly.graph_objects as go

        return "heading", "text", go.Figure()

    arrays = {"a": np.arange(3)}
    write_result(out, "title", arrays=lambda: arrays, picture=pictures.append, figure=figure)
    return pictures


def test_the_name_of_a_file_decides_what_is_written(tmp_path: Path) -> None:
    assert write(None) == []
    assert write(tmp_path / "a.png") == [tmp_path / "a.png"]
    assert write(tmp_path / "a.npz") == []
    with np.load(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["a"], [0, 1, 2])
    write(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<h1>title</h1>" in page
    assert "<h2>heading</h2>" in page
    with pytest.raises(ReportError):
        write(tmp_path / "a.txt")
