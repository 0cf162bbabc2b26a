"""The arithmetic of the Draw page's timings."""

import pytest

from benchmarks.draw_speed import DASHES, main, spread, table


def test_the_times_are_summed_up() -> None:
    times = [number / 100 for number in range(1, 101)]
    assert spread(times) == {"median": 0.505, "p95": 0.95, "longest": 1.0, "count": 100}


def test_the_table_names_the_bounds() -> None:
    assert spread([]) == {"count": 0}
    one = spread([0.3])
    result = {
        "load": [1.5],
        "idle": one,
        "training": one,
        "sessions": {**one, "errors": 0, "cpu_ms": 15.44},
    }
    lines = table(result).splitlines()
    assert lines[0] == "load of the machine before: 1.5"
    assert lines[1].startswith("browser, idle (median ≤ 0.35)")
    assert "median 0.300 s, 95 % 0.300 s, longest 0.300 s, 1 answers" in lines[1]
    assert lines[-2:] == ["CPU of the server for a stroke: 15.4 ms", "exceptions in sessions: 0"]


def test_more_strokes_than_there_is_room_for_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len({point for dash in DASHES for point in dash}) == 2 * len(DASHES)
    with pytest.raises(SystemExit) as ended:
        main(["--strokes", "22"])
    assert ended.value.code == 2
    assert "strokes: expected at most 21, got 22" in capsys.readouterr().err
