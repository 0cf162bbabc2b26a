"""Charts of channel studies: seeds, differences, costs, channels in use."""

import math

import numpy as np
import pytest

from mnistviz.charts.channel_studies import (
    all_widths_figure,
    channel_use_figure,
    cost_figure,
    differences_figure,
    seeds_figure,
    width_sweep_figure,
)
from mnistviz.charts.theme import CHOSEN
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.studies import MeanRedundancy, PlanScore, WidthScore
from mnistviz.studies.verdicts import compare_plans

ACCURACIES = {
    "8/16/32": {0: 0.9951, 1: 0.9954, 2: 0.9949},
    "10/15/20": {0: 0.9950, 1: 0.9952, 2: 0.9947},
    "2/2/2": {0: 0.97, 1: 0.972, 2: 0.969},
}


def score(plan: str, parameters: int, mean: float) -> PlanScore:
    return PlanScore(plan, parameters, parameters * 100, 5, mean, 0.0004, 9.5, 12)


def test_every_seed_of_every_plan_has_a_point() -> None:
    traces = seeds_figure(ACCURACIES).data
    dots, means = traces[0::2], traces[1::2]
    assert [trace.y[0] for trace in dots] == list(ACCURACIES)
    assert [list(trace.customdata) for trace in dots] == [[0, 1, 2]] * 3
    assert list(dots[0].x) == pytest.approx([99.51, 99.54, 99.49])
    assert means[2].x[0] == pytest.approx(100 * (0.97 + 0.972 + 0.969) / 3)


def test_every_pair_has_its_seeds_both_intervals_and_its_mean() -> None:
    pairs = compare_plans(ACCURACIES)
    figure = differences_figure(pairs, MARGIN)
    assert [comparison.verdict for comparison in pairs] == ["equivalent", "better", "better"]
    rows = ["8/16/32 − 10/15/20", "8/16/32 − 2/2/2", "10/15/20 − 2/2/2"]
    assert list(figure.layout.yaxis.categoryarray) == rows
    assert len(figure.data) == 4 * 2
    wide, narrow, dots, mean = figure.data[:4]
    assert list(dots.x) == pytest.approx([0.01, 0.02, 0.02])
    assert list(wide.x[:2]) == pytest.approx([100 * bound for bound in pairs[0].interval])
    assert list(narrow.x[:2]) == pytest.approx([100 * bound for bound in pairs[0].narrow])
    assert mean.x[0] == pytest.approx(100 * pairs[0].mean)
    assert mean.marker.color == CHOSEN
    wide, narrow, dots, mean = figure.data[4:]
    assert list(dots.y) == [rows[1]] * 3 + [rows[2]] * 3
    assert list(dots.customdata) == [0, 1, 2] * 2
    for lines, intervals in (
        (wide, [comparison.interval for comparison in pairs[1:]]),
        (narrow, [comparison.narrow for comparison in pairs[1:]]),
    ):
        # A gap ends each line.
        assert (lines.x[2], lines.x[5]) == (None, None)
        ends = [lines.x[0], lines.x[1], lines.x[3], lines.x[4]]
        assert ends == pytest.approx([100 * bound for pair in intervals for bound in pair])
        assert list(lines.y) == [rows[1]] * 3 + [rows[2]] * 3
    assert list(mean.y) == rows[1:]
    np.testing.assert_allclose(mean.customdata, [[100 * b for b in d.interval] for d in pairs[1:]])
    (band,) = (shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (band.x0, band.x1) == (-100 * MARGIN, 100 * MARGIN)


def test_pair_with_one_seed_is_drawn_without_an_interval() -> None:
    pairs = compare_plans({"a": {0: 0.99}, "b": {0: 0.98}})
    wide, _, _, mean = differences_figure(pairs, MARGIN).data
    assert all(math.isnan(bound) for bound in wide.x[:2])
    assert mean.x[0] == pytest.approx(1)


def test_front_has_no_plan_with_higher_cost_and_lower_accuracy() -> None:
    scores = [score("a", 100, 0.98), score("b", 200, 0.97), score("c", 300, 0.99)]
    front, *points = cost_figure(scores, [100, 200, 300], "parameters").data
    assert list(front.x) == [100, 300]
    assert list(front.y) == pytest.approx([98, 99])
    assert [point.text[0] for point in points] == ["a", "b", "c"]
    assert points[0].error_y.array[0] == pytest.approx(0.04)


def test_uncertain_cost_has_a_line_to_its_upper_bound() -> None:
    scores = [score("a", 100, 0.98), score("b", 200, 0.99)]
    figure = cost_figure(scores, [9, 10], "seconds an epoch", [12, 10.5])
    assert [point.error_x.array[0] for point in figure.data[1:]] == [3, 0.5]
    assert figure.layout.xaxis.range[1] > 12
    certain = cost_figure(scores, [9, 10], "parameters").data[1]
    assert not certain.error_x.visible


def test_better_of_two_plans_with_the_same_cost_is_on_the_front() -> None:
    scores = [score("a", 100, 0.98), score("b", 100, 0.99)]
    front = cost_figure(scores, [100, 100], "parameters").data[0]
    assert list(front.y) == pytest.approx([99])


def test_bars_of_a_plan_overlap_and_those_of_two_plans_do_not() -> None:
    layers = [MeanRedundancy("conv3", 32, 5, 15.5, 20.2, 26.4, 0.2, 1.0)]
    figure = channel_use_figure({"8/16/32": layers, "10/15/20": layers})
    assert [trace.offsetgroup for trace in figure.data] == ["8/16/32"] * 2 + ["10/15/20"] * 2
    assert [list(trace.y) for trace in figure.data[:2]] == [[32], [26.4]]
    assert [trace.showlegend for trace in figure.data[:2]] == [False, True]


def widths() -> list[WidthScore]:
    """Two widths of the third layer; 4 channels are half a point worse than the 20 built."""
    accuracies = {"10/15/4": {0: 0.990, 1: 0.990, 2: 0.991}, "10/15/20": {0: 0.995, 1: 0.996}}
    (pair,) = compare_plans(accuracies, "10/15/20")
    return [
        WidthScore(4, score("10/15/4", 9_000, 0.99), pair),
        WidthScore(20, score("10/15/20", 14_000, 0.995), None),
    ]


def test_widths_of_a_layer_are_drawn_over_their_cost_as_paired_differences() -> None:
    figure = all_widths_figure({"third": widths()}, 14_000, MARGIN)
    line, built = figure.data
    assert list(line.x) == [9_000, 14_000]
    assert list(line.y) == pytest.approx([-0.55, 0])
    # By hand: two differences, 0.5 and 0.6; t of one degree of freedom is 12.706.
    assert line.error_y.array[0] == pytest.approx(12.706 * 0.05, rel=1e-3)
    assert list(line.text) == ["4", ""]
    assert (built.x[0], built.y[0]) == (14_000, 0)
    (band,) = (shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (band.y0, band.y1) == (-100 * MARGIN, 100 * MARGIN)


def test_sweep_is_drawn_by_width_and_marks_the_chosen_one() -> None:
    figure = width_sweep_figure(widths(), "third", built=20)
    (curve,) = figure.data
    assert list(curve.x) == [4, 20]
    assert list(curve.y) == pytest.approx([99.0, 99.5])
    assert figure.layout.shapes[0].x0 == 20
