"""Kinds of kernels compared to chance, and edge directions."""

import pytest

from mnistviz.charts.inspection.kernel_kinds import edge_directions_figure, kernel_kinds_figure

SHARES = {"gradient": 0.5, "line": 0.3, "texture": 0.2}
CHANCE = {"texture": 0.4, "gradient": 0.25, "line": 0.35}


def test_each_bar_has_the_mark_of_chance_of_its_kind() -> None:
    figure = kernel_kinds_figure(SHARES, CHANCE)
    bars, marks = figure.data
    assert list(bars.y) == list(marks.y) == ["gradient 50%", "line 30%", "texture 20%"]
    assert list(bars.x) == list(SHARES.values())
    assert list(marks.x) == list(bars.customdata) == [0.25, 0.35, 0.4]


def test_shares_of_zero_are_drawn() -> None:
    figure = kernel_kinds_figure(dict.fromkeys(SHARES, 0.0), dict.fromkeys(SHARES, 0.0))
    assert figure.layout.xaxis.range[1] > 0


def test_each_sector_is_at_its_angle() -> None:
    names = ("right", "up", "left", "down")
    figure = edge_directions_figure([0.1, 0.2, 0.3, 0.4], names, [10, 200], [1.0, 0.5], ["a", "b"])
    bars, points = figure.data
    assert list(bars.theta) == [0, 90, 180, 270]
    assert bars.r == pytest.approx((0.25, 0.5, 0.75, 1))
    assert [tuple(fact) for fact in bars.customdata] == list(
        zip(names, (0.1, 0.2, 0.3, 0.4), strict=True)
    )
    assert list(points.theta) == [10, 200]
    assert list(points.r) == [1, 0.5]


def test_layer_without_gradients_has_an_empty_chart() -> None:
    figure = edge_directions_figure([0.0] * 8, [""] * 8, [0.0], [0.0], ["0"])
    assert list(figure.data[0].r) == [0] * 8
    assert list(figure.data[1].r) == [0]
    assert list(figure.layout.polar.angularaxis.ticktext) == list("→↗↑↖←↙↓↘")
