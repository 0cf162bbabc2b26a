"""The rate of pen strokes read right, on a few drawn here."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import strokes

ONE = [(250, 60), (248, 200), (250, 440)]
SEVEN = [(120, 90), (360, 90), (300, 200), (240, 440)]
ZERO = [(250 + 110 * np.sin(t), 250 - 170 * np.cos(t)) for t in np.linspace(0, 6.2, 30)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    lines = [ONE, SEVEN, ZERO]
    path = tmp_path / "pens.npz"
    np.savez(
        path,
        xy=np.concatenate(lines).astype(np.float32),
        stroke_ptr=np.cumsum([0, *map(len, lines)]),
        sample_ptr=np.arange(4),
        label=np.array([1, 7, 3], np.uint8),
        writer=np.array(["a", "a", "b"]),
    )
    return path


def test_digits_in_strokes_are_read_and_counted(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes.main([str(file), "--runs", "best", "--json"])
    found = json.loads(capsys.readouterr().out)
    # The zero is said to be a 3, by a writer of its own.
    row = {"right": 0.6667, "right_of_others": 0.0, "worst_writer": 0.0, "same_at_all_sizes": 1.0}
    assert found == {"digits": 3, "writers": 2, "runs": {"best": row}}
    assert (
        strokes.table(found).splitlines()[1].startswith("best         right 66.67%, of the writers")
    )


def test_another_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        strokes.main([str(tmp_path / "none.npz")])
    assert ended.value.code == 2
    assert "expected an npz of strokes, can't be read" in capsys.readouterr().err
