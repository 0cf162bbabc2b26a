"""The embedding of digits: traces and custom data."""

import numpy as np

from mnistviz.charts.inspection.embedding import DIGIT_COLOURS, embedding_figure

PLANE = np.arange(40, dtype=np.float32).reshape(20, 2)
LABELS = np.tile(np.arange(10), 2).astype(np.uint8)
ANSWERS = LABELS.copy()
ANSWERS[[3, 17]] = 0


def test_trace_for_each_digit_and_every_point_once() -> None:
    traces = embedding_figure(PLANE, LABELS, ANSWERS, "digit").data
    assert [trace.name for trace in traces] == [str(digit) for digit in range(10)]
    assert len(set(DIGIT_COLOURS)) == 10
    assert sorted(index for trace in traces for index in trace.customdata) == list(range(20))
    for label, trace in enumerate(traces):
        for row, index in enumerate(trace.customdata):
            assert (LABELS[index], trace.text[row]) == (label, f"{label}, read as {ANSWERS[index]}")
            assert (trace.x[row], trace.y[row]) == tuple(PLANE[index])


def test_errors_are_larger_points() -> None:
    right, wrong = embedding_figure(PLANE, LABELS, ANSWERS, "error").data
    assert len(right.x) == 18
    assert list(wrong.customdata) == [3, 17]
    assert list(wrong.text) == ["3, read as 0", "7, read as 0"]
    assert wrong.marker.size > right.marker.size


def test_class_without_images_has_a_trace() -> None:
    traces = embedding_figure(PLANE[:1], LABELS[:1], ANSWERS[:1], "digit").data
    assert [len(trace.x) for trace in traces] == [1, *[0] * 9]


def test_each_island_has_the_name_of_its_digit() -> None:
    plane = np.array([[0, 0], [2, 2], [4, 1], [9, 9]], np.float32)
    labels = np.array([3, 3, 3, 0], np.uint8)
    names = embedding_figure(plane, labels, labels, "digit").layout.annotations
    assert [(name.text, name.x, name.y) for name in names] == [
        ("<b>0</b>", 9, 9),
        ("<b>3</b>", 2, 1),
    ]
    assert not embedding_figure(plane, labels, labels, "error").layout.annotations
