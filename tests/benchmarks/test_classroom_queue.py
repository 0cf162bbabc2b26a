"""The text of the benchmark of a class's queue."""

from benchmarks.classroom_queue import table


def test_the_table_has_the_last_end_and_how_far_the_times_were_off() -> None:
    text = table(
        {
            "load": 1.0,
            "people": 3,
            "asked": 4.5,
            "ends": [10.0, 20.0, 31.5],
            "errors": {"first": [0.1, 0.5], "half": []},
            "states": ["finished"],
            "accuracies": [0.961, 0.97],
        }
    )
    assert "3 try-outs asked for within 4.5 s: first done after 10.0 s, last after 31.5 s" in text
    assert "off by median 30%, most 50%; 1 of 2 within 30%" in text
    assert "96.10% to 97.00%" in text
