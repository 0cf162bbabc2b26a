"""The speed benchmark's arithmetic and table; the trainers themselves take minutes."""

import pytest

from benchmarks.speed import compared, limit, table


def test_ratios_are_those_of_the_pairs() -> None:
    rows = compared({"keras": [20.0, 40.0, 10.0], "mnistviz": [10.0, 16.0, 6.0]})
    assert rows["keras"]["median"] == 20.0
    assert rows["keras"]["ratio"] == rows["keras"]["ratio_highest"] == 1.0
    ours = rows["mnistviz"]
    assert ours["median"] == 10.0
    assert (ours["ratio"], ours["ratio_lowest"], ours["ratio_highest"]) == (0.5, 0.4, 0.6)


def test_the_limit_is_the_arithmetic_of_an_epoch_at_the_peak() -> None:
    # 7.22 million multiplications and additions an image, of which conv3 has 3.92 million.
    found = limit(2 * 7.22e6 * 60_000 / 4, epoch=10.0)
    assert found["epoch_seconds"] == pytest.approx(4.0, rel=0.01)
    assert found["share"] == pytest.approx(0.4, rel=0.01)


def test_the_table_says_what_was_measured() -> None:
    result = {
        "machine": "x, 2 cores",
        "load": 0.1,
        "epochs": compared({"mnistviz": [8.0], "keras": [20.0]}),
        "limit": {"gigaflops": 400.0, "epoch_seconds": 2.1, "share": 0.26},
        "evaluate_10000_seconds": 0.42,
        "evaluate_10000_ratio": 0.6,
        "classify_one_milliseconds": 0.35,
        "classify_one_ratio": 0.25,
        "quick": {"seconds": 34.0, "test_accuracy": 0.994, "ratio": 0.1},
    }
    text = table(result)
    assert "mnistviz                 8.00     0.40×   0.40 to 0.40" in text
    assert "matrix product: 400 GFLOP/s, an epoch's convolutions in 2.1 s, 0.26× of" in text
    assert "34.0 s from the command to the end, 0.100× of 17 Keras epochs" in text
    assert "test accuracy 99.40%" in text
    assert "classify 10,000 images: 0.42 s warm, 0.60× of Keras" in text
    assert "classify one digit: 0.35 ms warm, 0.25× of Keras" in text
    assert "quick" not in table({key: result[key] for key in result if key != "quick"})
