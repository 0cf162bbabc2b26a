"""The log of a run, as it grows."""

import json
from dataclasses import replace

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow, WatchedAnswers
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run

ROW = MetricRow(4, 1, "batch", 0.5, 0.9, 0.003, 1.25)


def new_run() -> Run:
    return registry.create_run("reference", ModelSpec(), TrainSpec())


def write_line(run: Run, record: dict[str, object] | str) -> None:
    with run.metrics_file.open("a") as file:
        file.write(record if isinstance(record, str) else json.dumps(record) + "\n")


def distributions(step: int) -> dict[str, object]:
    """A line with the distributions of a step; real ones have nine quantiles."""
    values = {"conv1": [-1.0, 0.0, 2.0]}
    kinds = dict.fromkeys(("weights", "gradients", "activations"), values)
    return {"event": "distributions", "step": step, **kinds}


def test_a_reader_follows_a_growing_file_and_waits_for_whole_lines() -> None:
    run = new_run()
    reader = MetricsReader(run.metrics_file)
    assert reader.poll() == ()
    row = ROW.__dict__
    write_line(run, row)
    assert reader.poll() == (ROW,)
    half = json.dumps({**row, "step": 8})
    write_line(run, half[:20])
    assert reader.poll() == (ROW,)
    write_line(run, half[20:] + "\n")
    assert [found.step for found in reader.poll()] == [4, 8]


def test_the_last_row_of_a_split_is_found() -> None:
    early, late = replace(ROW, step=1), replace(ROW, step=2)
    rows = (early, late, replace(ROW, split="test"))
    assert metrics_log.last_row(rows, "batch") == late
    assert metrics_log.last_row(rows, "validation") is None


def test_lines_that_are_no_rows_are_passed_over() -> None:
    run = new_run()
    write_line(run, "not json\n")
    write_line(run, '{"step": 1}\n')
    write_line(run, "[1, 2]\n")
    write_line(run, '"text"\n')
    write_line(run, ROW.__dict__)
    assert metrics_log.read(run) == (ROW,)


def test_the_last_row_is_read_from_the_end_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec())
    assert metrics_log.read_last(run) is None
    row = {"step": 7, "epoch": 1, "split": "batch", "loss": 0.5, "accuracy": 0.8}
    row |= {"learning_rate": 0.01, "seconds": 2.5}
    earlier = "".join(json.dumps({**row, "step": step}) + "\n" for step in range(7))
    event = json.dumps({"event": "pause", "step": 7})
    run.metrics_file.write_text(f'{earlier}{json.dumps(row)}\n{event}\n{{"step": 8, "epo')
    # The end that is read begins within a line.
    monkeypatch.setattr(metrics_log, "LAST_BYTES", 300)
    last = metrics_log.read_last(run)
    assert last is not None
    assert (last.step, last.seconds) == (7, 2.5)


def test_a_resume_drops_the_rows_that_are_made_again() -> None:
    run = new_run()
    for step in (4, 8, 12):
        write_line(run, {**ROW.__dict__, "step": step})
    write_line(run, {"event": "resume", "step": 8})
    write_line(run, {**ROW.__dict__, "step": 9})
    reader = MetricsReader(run.metrics_file)
    assert [row.step for row in reader.poll()] == [4, 8, 9]
    assert reader.events() == ({"event": "resume", "step": 8},)


def test_a_resume_takes_back_all_that_came_after_its_step() -> None:
    run = new_run()
    lines = [
        {"event": "start", "step": 0},
        {"event": "guesses", "step": 4, "digits": [7], "probabilities": [0.5]},
        {"event": "learning_rate", "step": 4, "learning_rate": 0.01},
        {"event": "guesses", "step": 9, "digits": [1], "probabilities": [0.6]},
        {"event": "learning_rate", "step": 9, "learning_rate": 0.02},
        distributions(4),
        distributions(9),
        {"event": "distributions", "step": 8, "weights": "none"},
        {"event": "resume", "step": 8},
    ]
    run.metrics_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    reader = MetricsReader(run.metrics_file)
    assert reader.guesses() == (WatchedAnswers(4, (7,), (0.5,)),)
    (found,) = reader.distributions()
    assert found.step == 4
    assert found.weights["conv1"] == (-1.0, 0.0, 2.0)
    assert [event["event"] for event in reader.events()] == ["start", "learning_rate", "resume"]
    assert reader.events()[1]["learning_rate"] == 0.01
