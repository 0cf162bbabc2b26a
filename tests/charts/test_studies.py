"""Charts of channel studies: every seed, every pair, the front of cost and accuracy."""

import math

import numpy as np
import pytest

from mnistviz.charts.studies import (
    cost_figure,
    differences_figure,
    seeds_figure,
    sweep_figure,
    use_figure,
)
from mnistviz.charts.theme import CHOSEN
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.studies import MeanRedundancy, PlanScore
from mnistviz.studies.verdicts import compare_plans

ACCURACIES = {
    "8/16/32": {0: 0.9951, 1: 0.9954, 2: 0.9949},
    "10/15/20": {0: 0.9950, 1: 0.9952, 2: 0.9947},
    "2/2/2": {0: 0.97, 1: 0.972, 2: 0.969},
}


def score(plan: str, parameters: int, mean: float) -> PlanScore:
    return PlanScore(plan, parameters, parameters * 100, 5, mean, 0.0004, 9.5, 12)


def test_every_seed_of_every_plan_is_a_dot() -> None:
    traces = seeds_figure(ACCURACIES).data
    dots, means = traces[0::2], traces[1::2]
    assert [trace.y[0] for trace in dots] == list(ACCURACIES)
    assert [list(trace.customdata) for trace in dots] == [[0, 1, 2]] * 3
    assert list(dots[0].x) == pytest.approx([99.51, 99.54, 99.49])
    assert means[2].x[0] == pytest.approx(100 * (0.97 + 0.972 + 0.969) / 3)


def test_every_pair_has_its_seeds_both_intervals_and_its_mean() -> None:
    found = compare_plans(ACCURACIES)
    figure = differences_figure(found, MARGIN)
    assert [duel.verdict for duel in found] == ["equivalent", "better", "better"]
    rows = ["8/16/32 − 10/15/20", "8/16/32 − 2/2/2", "10/15/20 − 2/2/2"]
    assert list(figure.layout.yaxis.categoryarray) == rows
    assert len(figure.data) == 4 * 2
    wide, narrow, dots, mean = figure.data[:4]
    assert list(dots.x) == pytest.approx([0.01, 0.02, 0.02])
    assert list(wide.x[:2]) == pytest.approx([100 * bound for bound in found[0].interval])
    assert list(narrow.x[:2]) == pytest.approx([100 * bound for bound in found[0].narrow])
    assert mean.x[0] == pytest.approx(100 * found[0].mean)
    assert mean.marker.color == CHOSEN
    wide, narrow, dots, mean = figure.data[4:]
    assert list(dots.y) == [rows[1]] * 3 + [rows[2]] * 3
    assert list(dots.customdata) == [0, 1, 2] * 2
    for lines, intervals in (
        (wide, [duel.interval for duel in found[1:]]),
        (narrow, [duel.narrow for duel in found[1:]]),
    ):
        # A gap ends each line.
        assert (lines.x[2], lines.x[5]) == (None, None)
        ends = [lines.x[0], lines.x[1], lines.x[3], lines.x[4]]
        assert ends == pytest.approx([100 * bound for pair in intervals for bound in pair])
        assert list(lines.y) == [rows[1]] * 3 + [rows[2]] * 3
    assert list(mean.y) == rows[1:]
    np.testing.assert_allclose(mean.customdata, [[100 * b for b in d.interval] for d in found[1:]])
    (band,) = (shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (band.x0, band.x1) == (-100 * MARGIN, 100 * MARGIN)


def test_a_pair_with_one_seed_is_drawn_without_an_interval() -> None:
    found = compare_plans({"a": {0: 0.99}, "b": {0: 0.98}})
    wide, _, _, mean = differences_figure(found, MARGIN).data
    assert all(math.isnan(bound) for bound in wide.x[:2])
    assert mean.x[0] == pytest.approx(1)


def test_the_front_leaves_out_what_costs_more_for_less() -> None:
    scores = [score("a", 100, 0.98), score("b", 200, 0.97), score("c", 300, 0.99)]
    front, *points = cost_figure(scores, [100, 200, 300], "parameters").data
    assert list(front.x) == [100, 300]
    assert list(front.y) == pytest.approx([98, 99])
    assert [point.text[0] for point in points] == ["a", "b", "c"]
    assert points[0].error_y.array[0] == pytest.approx(0.04)


def test_a_cost_that_is_not_certain_has_a_line_to_what_it_may_be() -> None:
    scores = [score("a", 100, 0.98), score("b", 200, 0.99)]
    figure = cost_figure(scores, [9, 10], "seconds an epoch", [12, 10.5])
    assert [point.error_x.array[0] for point in figure.data[1:]] == [3, 0.5]
    assert figure.layout.xaxis.range[1] > 12
    certain = cost_figure(scores, [9, 10], "parameters").data[1]
    assert not certain.error_x.visible


def test_of_two_plans_of_one_price_the_better_is_on_the_front() -> None:
    scores = [score("a", 100, 0.98), score("b", 100, 0.99)]
    front = cost_figure(scores, [100, 100], "parameters").data[0]
    assert list(front.y) == pytest.approx([99])


def test_bars_of_a_plan_lie_over_each_other_those_of_two_side_by_side() -> None:
    layers = [MeanRedundancy("conv3", 32, 5, 15.5, 20.2, 26.4, 0.2, 1.0)]
    figure = use_figure({"8/16/32": layers, "10/15/20": layers})
    assert [trace.offsetgroup for trace in figure.data] == ["8/16/32"] * 2 + ["10/15/20"] * 2
    assert [list(trace.y) for trace in figure.data[:2]] == [[32], [26.4]]
    assert [trace.showlegend for trace in figure.data[:2]] == [False, True]


def test_the_sweep_is_drawn_by_width_and_marks_the_chosen_one() -> None:
    scores = {20: score("10/15/20", 14_000, 0.995), 4: score("10/15/4", 9_000, 0.99)}
    figure = sweep_figure(scores, chosen=20)
    (curve,) = figure.data
    assert list(curve.x) == [4, 20]
    assert list(curve.y) == pytest.approx([99.0, 99.5])
    assert figure.layout.shapes[0].x0 == 20
