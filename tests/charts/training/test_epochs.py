"""Charts with a value for each epoch."""

import pytest

from mnistviz.charts.training.epochs import (
    epoch_gap_figure,
    epoch_seconds_figure,
    gap_range,
    learning_rate_figure,
)
from mnistviz.core.types.training import EpochRow, MetricRow


def epoch(number: int, fixed: float | None = None) -> EpochRow:
    return EpochRow(number, 0.003, 0.2, 0.95, 0.1, 0.97, 10.0 + number, fixed)


def test_gap_is_in_points_with_a_thin_line_for_the_running_mean() -> None:
    figure = epoch_gap_figure([epoch(1, 0.98), epoch(2, 0.99)], 3)
    measured, running = figure.data
    assert list(measured.y) == pytest.approx([1.0, 2.0])
    assert list(running.y) == pytest.approx([-2.0, -2.0])
    assert running.line.width < measured.line.width


def test_gap_that_was_not_measured_is_not_drawn() -> None:
    figure = epoch_gap_figure([epoch(1), epoch(2)], 3)
    assert [trace.name for trace in figure.data] == ["estimate from the training log"]
    assert epoch_gap_figure([], 3).data == ()


def test_the_axis_of_a_gap_is_that_of_the_measured_gap() -> None:
    # The estimate is 2 points below 0, or 20 in the first epoch.
    low, high = gap_range([epoch(1, 0.98), epoch(2, 0.99)]) or (0, 0)
    assert -0.5 < low < 0
    assert 2 < high < 2.5
    first = EpochRow(1, 0.003, 0.2, 0.77, 0.1, 0.97, 10.0, None)
    low, _ = gap_range([first, *(epoch(number) for number in range(2, 9))]) or (0, 0)
    assert -2.5 < low < -2
    assert gap_range([]) is None


def test_learning_rate_is_drawn_where_it_changes() -> None:
    rates = [0.003, 0.003, 0.003, 0.001, 0.001, 0.002]
    rows = [MetricRow(5 * i, 1, "batch", 1.0, 0.5, rate, 1.0) for i, rate in enumerate(rates, 1)]
    (trace,) = learning_rate_figure(rows, 10, 3).data
    assert list(trace.x) == [0.5, 2.0, 3.0]
    assert list(trace.y) == [0.003, 0.001, 0.002]
    assert learning_rate_figure([], 10, 3).data[0].x == ()


def test_every_epoch_has_its_seconds() -> None:
    (trace,) = epoch_seconds_figure([epoch(1), epoch(2)], 5).data
    assert list(trace.x) == [1, 2]
    assert list(trace.y) == [11.0, 12.0]
