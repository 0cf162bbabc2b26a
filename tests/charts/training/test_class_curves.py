"""The trainings of a class: the curves are there, with names and the same axes."""

import pytest

from mnistviz.charts.training.class_curves import (
    ClassCurve,
    overlaid_figure,
    small_multiples_figure,
)

CURVES = [
    ClassCurve("blue otter", [(0.1, 0.3), (0.5, 0.9), (1.0, 0.95)], 0.968),
    ClassCurve("red fox", [(0.1, 0.2)], None),
    ClassCurve("teal wolf", [], None),
]


def test_all_trainings_are_in_one_chart() -> None:
    figure = overlaid_figure(CURVES, 0.5)
    assert [trace.name for trace in figure.data] == ["blue otter 96.8%", "red fox", "teal wolf"]
    assert tuple(figure.data[0].x) == (0.1, 0.5, 1.0)
    assert tuple(figure.data[0].y) == (0.3, 0.9, 0.95)
    assert tuple(figure.layout.yaxis.range) == (0.5, 1)


def test_thirty_trainings_look_different() -> None:
    figure = overlaid_figure([ClassCurve(f"visitor {i}", [(1, 1)], None) for i in range(24)])
    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 24


@pytest.mark.parametrize(("columns", "rows"), [(5, 1), (2, 2), (1, 3)])
def test_each_training_has_a_chart_of_its_own(columns: int, rows: int) -> None:
    figure = small_multiples_figure(CURVES, columns)
    assert len(figure.data) == len(CURVES)
    assert len({(trace.xaxis, trace.yaxis) for trace in figure.data}) == len(CURVES)
    assert [note.text for note in figure.layout.annotations] == [curve.title for curve in CURVES]
    tops = {round(note.y, 3) for note in figure.layout.annotations}
    assert len(tops) == rows


def test_a_class_of_a_hundred_fits() -> None:
    figure = small_multiples_figure([ClassCurve(f"v{i}", [(1, 1)], 1.0) for i in range(100)], 2)
    assert len(figure.data) == 100
