"""The log in its published form."""

import pytest

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.training import EpochRow, MetricRow, MetricSplit
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.epoch_log import epochs_of, published_form

PUBLISHED = (ASSETS / "reference_log.csv").read_text()


def row(step: int, split: MetricSplit, seconds: float, value: float = 0.5) -> MetricRow:
    return MetricRow(step, -(-step // 10), split, value, value / 2, 0.003, seconds)


def test_the_published_log_is_written_as_it_was_read() -> None:
    lines = [line.split(",") for line in PUBLISHED.splitlines()[1:]]
    rows = [EpochRow(int(line[0]), *map(float, line[1:])) for line in lines]
    assert published_form(rows) == PUBLISHED


def test_an_epoch_takes_the_time_since_the_validation_before() -> None:
    rows = [
        row(5, "batch", 1.0),
        row(10, "train", 2.0, 0.25),
        row(10, "validation", 3.0, 0.75),
        row(20, "train", 6.0),
        row(20, "validation", 7.5),
        row(20, "test", 9.0),
    ]
    first, second = epochs_of(rows, 10)
    assert first == EpochRow(1, 0.003, 0.25, 0.125, 0.75, 0.375, 3.0)
    assert (second.epoch, second.seconds) == (2, 4.5)


def test_an_epoch_that_was_stopped_is_none() -> None:
    rows = [row(10, "train", 2.0), row(10, "validation", 3.0)]
    stopped = [row(14, "train", 4.0), row(14, "validation", 5.0)]
    assert [found.epoch for found in epochs_of([*rows, *stopped], 10)] == [1]
    assert epochs_of([row(10, "validation", 3.0)], 10) == []
    assert epochs_of([], 10) == []


def test_the_bundled_run_has_the_epochs_of_the_published_log() -> None:
    run = registry.find_run("reference")
    text = published_form(epochs_of(metrics_log.read(run), run.spec.train.steps_per_epoch))
    ours, theirs = text.splitlines(), PUBLISHED.splitlines()
    assert len(ours) == len(theirs) == 21
    assert [line.split(",")[:2] for line in ours] == [line.split(",")[:2] for line in theirs]


def test_a_whole_epoch_is_one_row_as_the_published_log_has_it() -> None:
    def at(step: int, split: MetricSplit, accuracy: float, seconds: float) -> MetricRow:
        return MetricRow(step, -(-step // 4), split, 0.5, accuracy, 0.003, seconds)

    rows = [
        at(4, "batch", 0.5, 1.0),
        at(4, "train", 0.6, 1.0),
        at(4, "validation", 0.7, 1.5),
        at(4, "fixed_train", 0.75, 2.0),
        # Stopped within the second epoch and validated there: no whole epoch.
        at(6, "train", 0.8, 3.0),
        at(6, "validation", 0.81, 3.5),
        at(8, "train", 0.9, 4.0),
        at(8, "validation", 0.91, 5.0),
        at(8, "test", 0.92, 6.0),
        at(12, "train", 0.95, 7.0),
    ]
    first, second = epochs_of(rows, 4)
    assert (first.epoch, first.accuracy, first.val_accuracy, first.seconds) == (1, 0.6, 0.7, 2.0)
    assert first.gap == pytest.approx(0.05)
    assert first.running_gap == pytest.approx(-0.1)
    assert (second.epoch, second.seconds, second.gap) == (2, 3.0, None)
