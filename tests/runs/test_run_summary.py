"""One row for each run, read from the end of its log."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow, MetricSplit
from mnistviz.runs import metrics_log, registry, run_summary
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.registry import Run

SPEC = TrainSpec(num_images=1_000, batch_size=100, held_out=1_000, epochs=4)


@pytest.fixture
def run() -> Run:
    return registry.create_run("reference", ModelSpec(), SPEC, "mine")


def record(step: int, split: MetricSplit, accuracy: float = 0.5) -> dict[str, Any]:
    return {
        "step": step,
        "epoch": -(-step // 10),
        "split": split,
        "loss": 0.25,
        "accuracy": accuracy,
        "learning_rate": 0.003,
        "seconds": step / 2,
    }


def write(run: Run, *records: dict[str, Any] | str) -> None:
    lines = [line if isinstance(line, str) else json.dumps(line) + "\n" for line in records]
    run.metrics_file.write_text("".join(lines))


def test_a_run_that_has_not_begun_has_no_result(run: Run) -> None:
    assert run_summary.summarise(run) == run_summary.Summary(run, "crashed", 0.0, None, None, 0.0)


def test_a_held_out_run_has_its_test_accuracy_from_the_test_row(run: Run) -> None:
    write(
        run,
        {"event": "start", "step": 0},
        record(10, "validation", 0.5),
        record(20, "batch"),
        record(20, "validation", 0.75),
    )
    storage.write_json(run.path / "status.json", {"state": "stopped"})
    assert run_summary.summarise(run) == run_summary.Summary(run, "stopped", 2.0, 0.75, None, 10.0)
    with run.metrics_file.open("a") as file:
        file.write(json.dumps(record(20, "test", 0.625)) + "\n")
    assert run_summary.summarise(run).test_accuracy == 0.625


def test_the_bundled_run_is_measured_on_the_test_set() -> None:
    run = registry.find_run("reference")
    found = run_summary.summarise(run)
    last = metrics_log.read(run)[-1]
    assert found.test_accuracy == found.validation_accuracy == last.accuracy
    assert (found.epochs_done, found.seconds, found.state) == (20.0, last.seconds, "finished")


def test_steps_within_an_epoch_count(run: Run) -> None:
    write(run, record(10, "validation"), record(15, "batch"))
    assert run_summary.summarise(run).epochs_done == 1.5


def test_a_resumed_log_counts_from_where_it_was_taken_up(run: Run) -> None:
    write(
        run,
        record(10, "validation", 0.5),
        record(20, "validation", 0.9),
        record(25, "batch"),
        {"event": "resume", "step": 10},
        record(15, "batch"),
    )
    found = run_summary.summarise(run)
    assert (found.validation_accuracy, found.epochs_done) == (0.5, 1.5)


def test_a_torn_line_and_lines_of_another_kind_are_passed_over(run: Run) -> None:
    write(
        run,
        record(10, "validation", 0.5),
        '{"step": 11, "spl\n',
        "[1]\n",
        "{}\n",
        '{"step": "many"}\n',
        '{"event": "resume"}\n',
        json.dumps(record(20, "validation", 0.9)),
    )
    found = run_summary.summarise(run)
    assert (found.validation_accuracy, found.epochs_done) == (0.5, 1.0)


def test_a_validation_far_from_the_end_is_found(run: Run) -> None:
    batches = [record(10 + step, "batch") for step in range(1, 1_500)]
    write(run, record(10, "validation", 0.5), *batches)
    assert (
        run.metrics_file.stat().st_size > run_summary.FIRST_LOOK_BYTES + run_summary.NEXT_LOOK_BYTES
    )
    assert run_summary.summarise(run).validation_accuracy == 0.5


def test_a_log_that_has_not_grown_is_not_read_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(run, record(10, "validation"))
    storage.write_json(run.path / "status.json", {"state": "finished"})
    first = run_summary.summarise(run)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda *_, **__: pytest.fail("nothing has changed"))
        assert run_summary.summarise(run) == first


splits = st.sampled_from(["batch", "train", "validation", "test"])
records = st.one_of(
    st.builds(record, st.integers(1, 40), splits, st.integers(0, 8).map(lambda n: n / 8)),
    st.builds(lambda step: {"event": "resume", "step": step}, st.integers(0, 40)),
    st.just({"event": "stop", "step": 3}),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(records, max_size=30), st.integers(1, 600))
def test_reading_backwards_tells_what_reading_forwards_tells(
    log: list[dict[str, Any]], look: int
) -> None:
    end = "".join(json.dumps(line) + "\n" for line in log).encode()
    rows: list[MetricRow] = []
    for line in log:
        if "event" not in line:
            rows.append(MetricRow(**line))
        elif line["event"] == "resume":
            rows = [row for row in rows if row.step <= line["step"]]
    found = run_summary._last_rows_in(end, whole=True)
    assert found.last == (rows[-1] if rows else None)
    assert found.validation == last_row(rows, "validation")
    # The test set is read after the last validation: an older reading is not of this network.
    ends = [number for number, row in enumerate(rows) if row.split == "validation"]
    after = rows[ends[-1] :] if ends else rows
    assert found.test == last_row(after, "test")
