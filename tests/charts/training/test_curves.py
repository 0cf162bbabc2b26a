"""Training curves: thinned points, smoothing, axes."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.charts.theme import PUBLISHED, TRAINING, VALIDATION
from mnistviz.charts.training.curves import (
    MAX_POINTS,
    NAMES,
    Measure,
    points_of,
    smoothed,
    thinned,
    training_figure,
)
from mnistviz.core.types.training import MetricRow, MetricSplit

STEPS_PER_EPOCH = 10


def row(step: int, split: MetricSplit, loss: float = 0.5, accuracy: float = 0.75) -> MetricRow:
    epoch = -(-step // STEPS_PER_EPOCH)
    return MetricRow(step, epoch, split, loss, accuracy, 0.003, 1.0)


def published_log(epochs: int = 20) -> list[MetricRow]:
    return [
        MetricRow(epoch, epoch, split, 1 / epoch, 1 - 0.1 / epoch, 0.003, 12.0 * epoch)
        for epoch in range(1, epochs + 1)
        for split in ("train", "validation")
    ]


def two_epochs() -> list[MetricRow]:
    return [
        row(5, "batch", 2.0, 0.25),
        row(10, "batch", 1.0, 0.5),
        row(10, "train", 1.5, 0.375),
        row(10, "validation", 0.75, 0.625),
        row(10, "train_sample", 0.875, 0.5),
        row(20, "batch", 0.5, 0.75),
        row(20, "train", 0.625, 0.75),
        row(20, "validation", 0.25, 0.875),
        row(20, "fixed_train", 0.125, 0.9375),
        row(20, "test", 0.125, 0.9375),
    ]


# ---------------------------------------------------------------- thinned


@given(st.integers(0, 1_700), st.integers(1, MAX_POINTS))
def test_points_are_few_and_each_is_the_mean_of_its_rows(count: int, most: int) -> None:
    generator = np.random.default_rng(count)
    losses, accuracies = generator.random((2, count)).tolist()
    rows = [row(3 * i, "batch", losses[i], accuracies[i]) for i in range(count)]
    points = thinned(rows, most)
    assert len(points) == min(count, most)
    # Neighbours share the rows as evenly as they divide; the first take one more.
    start = 0
    for number, point in enumerate(points):
        size = count // len(points) + (number < count % len(points))
        part = rows[start : start + size]
        start += size
        for value, name in zip(point, ("step", "loss", "accuracy"), strict=True):
            expected = math.fsum(getattr(row, name) for row in part) / size
            assert value == pytest.approx(expected, rel=1e-12)
    assert start == count


def test_thinned_points_have_the_mean_of_all_rows() -> None:
    rows = [row(step, "batch", loss=1 / step, accuracy=step / 5_000) for step in range(1, 5_001)]
    points = thinned(rows)
    assert len(points) == 500
    assert all(isinstance(value, float) for value in points[0])
    for column, name in enumerate(("step", "loss", "accuracy")):
        mean = math.fsum(getattr(row, name) for row in rows) / len(rows)
        assert math.fsum(point[column] for point in points) / 500 == pytest.approx(mean)


def test_few_rows_are_drawn_as_they_are() -> None:
    rows = [row(1, "batch", 2.5, 0.1), row(2, "batch", 2.25, 0.2)]
    assert thinned(rows) == [(1.0, 2.5, 0.1), (2.0, 2.25, 0.2)]
    assert thinned([]) == []


# ---------------------------------------------------------------- training_curve


@pytest.mark.parametrize(("measure", "column"), [("loss", 1), ("accuracy", 2)])
def test_each_curve_is_drawn_for_its_measure(measure: Measure, column: int) -> None:
    figure = training_figure(
        measure, points_of(two_epochs()), published_log(), STEPS_PER_EPOCH, num_epochs=2
    )
    expected = {
        NAMES["batch"]: ([0.5, 1, 2], [2, 1, 0.5], [0.25, 0.5, 0.75]),
        NAMES["train"]: ([1, 2], [1.5, 0.625], [0.375, 0.75]),
        NAMES["as_is"]: ([1, 2], [0.875, 0.125], [0.5, 0.9375]),
        NAMES["validation"]: ([1, 2], [0.75, 0.25], [0.625, 0.875]),
        "published training": ([1, 2], [1, 0.5], [0.9, 0.95]),
        "published validation": ([1, 2], [1, 0.5], [0.9, 0.95]),
    }
    assert [trace.name for trace in figure.data] == list(expected)
    for trace in figure.data:
        assert list(trace.x) == pytest.approx(expected[trace.name][0])
        assert list(trace.y) == pytest.approx(expected[trace.name][column])
    assert figure.layout.showlegend


def test_curves_differ_in_colour_and_dash() -> None:
    figure = training_figure(
        "loss", points_of(two_epochs()), published_log(), STEPS_PER_EPOCH, num_epochs=2
    )
    looks = {trace.name: (trace.line.color, trace.line.dash) for trace in figure.data}
    assert looks == {
        NAMES["batch"]: (TRAINING, None),
        NAMES["train"]: (TRAINING, "dot"),
        NAMES["as_is"]: (TRAINING, None),
        "validation": (VALIDATION, None),
        "published training": (PUBLISHED, "dot"),
        "published validation": (PUBLISHED, "dash"),
    }
    widths = {trace.name: trace.line.width for trace in figure.data}
    assert widths[NAMES["batch"]] < widths[NAMES["as_is"]]


def test_only_what_is_measured_alike_is_drawn_on_request() -> None:
    figure = training_figure(
        *("loss", points_of(two_epochs()), published_log(), STEPS_PER_EPOCH),
        num_epochs=2,
        while_learning=False,
    )
    names = [trace.name for trace in figure.data]
    assert names == [NAMES["as_is"], NAMES["validation"], "published validation"]


@pytest.mark.parametrize("num_epochs", [1, 3, 20, 40])
def test_published_log_is_drawn_up_to_the_length_of_the_run(num_epochs: int) -> None:
    figure = training_figure("loss", {}, published_log(), STEPS_PER_EPOCH, num_epochs=num_epochs)
    for trace in figure.data:
        if trace.name.startswith("published"):
            assert list(trace.x) == list(range(1, min(num_epochs, 20) + 1))
        else:
            assert len(trace.x) == 0
    assert figure.layout.xaxis.range == (0, num_epochs)


def test_long_run_has_few_points() -> None:
    rows = [row(step, "batch") for step in range(1, 3_001)]
    figure = training_figure("loss", points_of(rows), [], STEPS_PER_EPOCH, num_epochs=300)
    assert [len(trace.x) for trace in figure.data if trace.name == NAMES["batch"]] == [500]


def test_hover_names_the_curve_the_epoch_and_the_measure() -> None:
    figures = [
        training_figure(measure, points_of(two_epochs()), [], STEPS_PER_EPOCH, num_epochs=2)
        for measure in get_args(Measure)
    ]
    texts = [figure.data[3].hovertemplate for figure in figures]
    assert texts == [
        "validation<br>epoch %{x:.2f}: loss <b>%{y:.4f}</b><extra></extra>",
        "validation<br>epoch %{x:.2f}: accuracy <b>%{y:.2%}</b><extra></extra>",
    ]


@pytest.mark.parametrize(("accuracy_from", "ticks"), [(0.0, ".0%"), (0.9, ".0%"), (0.95, ".1%")])
def test_accuracy_axis_starts_where_asked_and_ends_above_1(
    accuracy_from: float, ticks: str
) -> None:
    figure = training_figure("accuracy", {}, [], 1, num_epochs=1, accuracy_from=accuracy_from)
    low, high = figure.layout.yaxis.range
    assert low == accuracy_from
    assert 1 < high <= 1.02
    assert figure.layout.yaxis.tickformat == ticks
    loss = training_figure("loss", {}, [], 1, num_epochs=1)
    assert loss.layout.yaxis.type == "log"


def test_changes_of_the_axes_remain_when_rows_are_added() -> None:
    rows = two_epochs()
    before, after = (
        training_figure("loss", points_of(part), [], STEPS_PER_EPOCH, num_epochs=2)
        for part in (rows[:3], rows)
    )
    assert before.layout.uirevision == after.layout.uirevision is not None


# ---------------------------------------------------------------- smoothing, scales, marks


def test_smoothing_is_a_weighted_mean_and_does_not_change_a_flat_line() -> None:
    assert smoothed([0.5] * 5, 0.9) == pytest.approx([0.5] * 5)
    assert smoothed([1.0, 2.0], 0.5) == pytest.approx([1.0, 5 / 3])
    assert smoothed([], 0.9) == []


def test_raw_curve_is_drawn_with_the_smoothed_one() -> None:
    rows = [row(step, "batch", loss=float(step % 2)) for step in range(1, 9)]
    figure = training_figure(
        "loss", points_of(rows), [], STEPS_PER_EPOCH, num_epochs=1, smoothing=0.9
    )
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces[NAMES["batch"]].y) == [1.0, 0.0] * 4
    assert list(traces["the same, smoothed"].y) == smoothed([1.0, 0.0] * 4, 0.9)
    assert traces[NAMES["batch"]].opacity < 0.45


def test_loss_axis_is_linear_without_log_scale() -> None:
    figure = training_figure(
        "loss", points_of(two_epochs()), [], STEPS_PER_EPOCH, num_epochs=2, log_scale=False
    )
    assert figure.layout.yaxis.type is None
    assert figure.layout.yaxis.title.text == "loss"


def test_learning_rate_set_by_a_person_is_drawn_at_its_step() -> None:
    figure = training_figure(
        "loss",
        points_of(two_epochs()),
        [],
        STEPS_PER_EPOCH,
        num_epochs=2,
        changes=[(5, 0.01), (15, None)],
        marks=[20],
    )
    assert [line.x0 for line in figure.layout.shapes] == [0.5, 1.5, 2.0]
    assert [note.text for note in figure.layout.annotations] == ["rate 0.01", "schedule"]
