"""Curves of several runs: their rows, then the figure."""

import math

import numpy as np
import pytest

from mnistviz.charts.training.curves import MAX_POINTS
from mnistviz.charts.training.run_comparison import (
    COLOURS,
    comparison_figure,
    comparison_lines,
    gap_figure,
)
from mnistviz.core.types.training import Curve, EpochRow


def curve(
    name: str = "a", *, training: bool = False, values: tuple[float, ...] = (0.5, 0.75)
) -> Curve:
    return Curve(name, training, tuple(range(1, len(values) + 1)), values)


MEAN = Curve("mean", False, (1, 2), (0.5, 0.75), (0.25, 0.5), (0.75, 1.0), (3, 2))


# ---------------------------------------------------------------- lines


def test_training_and_validation_of_a_run_have_the_same_colour() -> None:
    lines = comparison_lines([curve("a"), curve("b"), curve("a", training=True)])
    assert [line.colour for line in lines] == [COLOURS[0], COLOURS[1], COLOURS[0]]
    many = comparison_lines([curve(str(number)) for number in range(len(COLOURS) + 1)])
    assert many[-1].colour == COLOURS[0]


def test_lines_are_told_apart_without_their_colours() -> None:
    lines = comparison_lines([curve("a"), curve("b"), curve("a", training=True)])
    dashes = [trace.line.dash for trace in comparison_figure("loss", lines).data]
    assert dashes[0] == dashes[2] != dashes[1]
    many = comparison_lines([curve(str(number)) for number in range(len(COLOURS) + 1)])
    assert len({(line.colour, line.dash) for line in many}) == len(many)


def test_thinned_curve_has_the_same_mean_and_the_fewest_runs() -> None:
    count = 4 * MAX_POINTS
    values = tuple(np.linspace(0, 1, count).tolist())
    long = Curve(
        "a", True, tuple(range(count)), values, values, values, tuple([3, 1] * (count // 2))
    )
    (line,) = comparison_lines([long])
    assert len(line.curve.epochs) == len(line.raw) == len(line.curve.low) == MAX_POINTS
    assert line.curve.counts == (1,) * MAX_POINTS
    assert math.fsum(line.raw) / MAX_POINTS == pytest.approx(0.5)
    single = comparison_lines([Curve("a", True, long.epochs, long.values)])[0].curve
    assert single.counts == single.low == ()


def test_line_without_smoothing_is_the_curve_with_its_nan() -> None:
    (line,) = comparison_lines([curve(values=(0.1, math.nan, 0.7))])
    assert line.curve.values is line.raw
    assert [math.isnan(value) for value in line.raw] == [False, True, False]


def test_bounds_of_the_error_are_swapped() -> None:
    (line,) = comparison_lines([MEAN], as_error=True)
    assert line.curve.values == (0.5, 0.25)
    assert line.curve.low == (0.25, 0.0)
    assert line.curve.high == (0.75, 0.5)


# ---------------------------------------------------------------- figure


def test_figure_draws_a_line_for_each_curve_and_names_each_run_once() -> None:
    lines = comparison_lines([curve("a", training=True), curve("a"), curve("b")])
    figure = comparison_figure("loss", lines)
    assert [(trace.name, trace.showlegend) for trace in figure.data] == [
        ("a", True),
        ("a", False),
        ("b", True),
    ]
    assert [trace.line.width for trace in figure.data] == [1, 2.5, 2.5]
    assert list(figure.data[1].y) == [0.5, 0.75]
    assert figure.layout.yaxis.type == "linear"
    assert "<b>b</b>, validation<br>epoch" in figure.data[2].hovertemplate


def test_raw_curve_of_a_smoothed_line_is_thin() -> None:
    lines = comparison_lines([curve(values=(0.0, 1.0))], smoothing=0.5)
    raw, line = comparison_figure("accuracy", lines).data
    assert list(raw.y) == [0.0, 1.0]
    assert list(line.y) == pytest.approx([0, 2 / 3])
    assert raw.line.width < line.line.width
    assert raw.opacity < 0.5
    assert not raw.showlegend


def test_mean_has_a_band_and_its_number_of_runs() -> None:
    band, line = comparison_figure("accuracy", comparison_lines([MEAN])).data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [0.75, 1.0, 0.5, 0.25]
    assert band.fill == "toself"
    assert list(line.customdata) == [3, 2]
    assert "mean of %{customdata} runs" in line.hovertemplate


def test_single_epoch_is_drawn_as_a_point() -> None:
    (trace,) = comparison_figure("loss", comparison_lines([curve(values=(0.5,))])).data
    assert trace.mode == "markers"


def test_the_axis_of_the_accuracy_ends_at_0_and_1() -> None:
    axis = comparison_figure("accuracy", comparison_lines([curve(values=(0.2,))])).layout.yaxis
    assert (axis.minallowed, axis.maxallowed) == (0, 1)


def test_log_scale_has_no_values_of_zero() -> None:
    perfect = Curve(
        "a", False, (1, 2, 3), (0.9, 1.0, 0.99), (0.8, 0.9, 0.9), (1.0, 1.0, 1.0), (2,) * 3
    )
    lines = comparison_lines([perfect], as_error=True)
    figure = comparison_figure("accuracy", lines, log_scale=True)
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.yaxis.title.text == "wrong answers, log scale"
    for trace in figure.data:
        assert min(trace.y) == pytest.approx(0.01)


def test_long_legend_makes_the_figure_higher() -> None:
    few = comparison_figure("loss", comparison_lines([curve("a")]))
    many = comparison_figure("loss", comparison_lines([curve(str(n)) for n in range(12)]))
    assert many.layout.height > few.layout.height


# ---------------------------------------------------------------- gap


def test_gap_is_in_points_with_a_thin_line_for_the_running_mean() -> None:
    rows = [
        EpochRow(1, 0.003, 0.5, 0.94, 0.5, 0.96, 9.0, 0.962),
        EpochRow(2, 0.003, 0.5, 0.96, 0.5, 0.97, 9.0),
        EpochRow(3, 0.003, 0.5, 0.98, 0.5, 0.98, 9.0, 0.992),
    ]
    figure = gap_figure({"both": rows, "neither": []})
    running, gap, *rest = figure.data
    assert list(running.x) == [1, 2, 3]
    assert list(running.y) == pytest.approx([-2, -1, 0])
    assert list(gap.x) == [1, 3]
    assert list(gap.y) == pytest.approx([0.2, 1.2])
    assert running.line.width < gap.line.width
    assert running.line.dash == "dot"
    assert [trace.showlegend for trace in figure.data] == [False, True, False, True]
    assert [trace.name for trace in rest] == ["neither", "neither"]
    assert "points" in gap.hovertemplate
