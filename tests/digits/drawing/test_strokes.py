"""Strokes: the JSON file format, rendering, redrawing."""

import itertools
import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.strokes import (
    BRUSH_SHARE,
    REDRAWN_INK,
    REDRAWN_SHEET,
    Strokes,
    fit_to_canvas,
    parse_strokes,
    redraw,
    render,
    strokes_to_json,
)
from tests.helpers.drawings import centre_of_mass, ink_of, line


def ink_distance(strokes: Strokes) -> FloatArray:
    """Ink by distance to the nearest segment: an oracle for `render` that uses no Pillow."""
    y, x = np.mgrid[0 : strokes.height, 0 : strokes.width] + 0.5
    nearest = np.full(x.shape, np.inf)
    for points in strokes.strokes:
        for start, end in itertools.pairwise(points):
            way = (end - start).astype(np.float64)
            share = ((x - start[0]) * way[0] + (y - start[1]) * way[1]) / max(way @ way, 1e-9)
            share = share.clip(0, 1)
            gap = np.hypot(x - start[0] - share * way[0], y - start[1] - share * way[1])
            nearest = np.minimum(nearest, gap)
    return np.clip(strokes.brush / 2 - nearest + 0.5, 0, 1).astype(np.float32)


# ---------------------------------------------------------------- strokes as JSON


def test_strokes_survive_json() -> None:
    strokes = Strokes(280, 200, 17.5, (line((0.1, 2.3), (-4, 1e4)), line((7, 8))))
    again = parse_strokes(strokes_to_json(strokes))
    assert (again.width, again.height, again.brush) == (280, 200, 17.5)
    assert len(again.strokes) == 2
    for before, after in zip(strokes.strokes, again.strokes, strict=True):
        assert after.dtype == np.float32
        np.testing.assert_array_equal(after, before)
    assert "0.1" in strokes_to_json(strokes)


def test_a_drawing_without_strokes_is_a_drawing() -> None:
    text = '{"width": 1, "height": 10000, "brush": 0.5, "strokes": []}'
    assert parse_strokes(text) == Strokes(1, 10_000, 0.5, ())


GOOD = {"width": 280, "height": 280, "brush": 18, "strokes": [[[1, 2], [3, 4]]]}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "'hello' (invalid JSON: expected value at line 1 column 1)"),
        ("", "'' (invalid JSON: EOF while parsing a value at line 1 column 0)"),
        ("[1]", "[1] (input should be an object)"),
        ({"strokes": None}, "strokes: None (input should be a valid array)"),
        ({"colour": 1}, "colour: 1 (extra inputs are not permitted)"),
        ({"width": 0}, "width: 0 (input should be greater than or equal to 1)"),
        ({"width": 10_001}, "width: 10001 (input should be less than or equal to 10000)"),
        ({"height": 2.5}, "height: 2.5 (input should be a valid integer)"),
        ({"height": "9"}, "height: '9' (input should be a valid integer)"),
        ({"brush": 0}, "brush: 0 (input should be greater than 0)"),
        ({"brush": 1001}, "brush: 1001 (input should be less than or equal to 1000)"),
        ({"brush": True}, "brush: True (input should be a valid number)"),
        ({"strokes": [[[1, 2]], []]}, "strokes.1: [] (list should have at least 1 item after "
         "validation, not 0)"),
        ({"strokes": [[[1]]]}, "strokes.0.0.1: [1] (field required)"),
        ({"strokes": [[[1, "2"]]]}, "strokes.0.0.1: '2' (input should be a valid number)"),
        ({"strokes": [[[1, np.nan]]]}, "strokes.0.0.1: nan (input should be a finite number)"),
        ({"strokes": [[[1, np.inf]]]}, "strokes.0.0.1: inf (input should be a finite number)"),
        ({"strokes": [[[1, -1e6]]]}, "strokes.0.0.1: -1000000.0 (input should be greater than or "
         "equal to -100000)"),
    ],
)  # fmt: skip
def test_invalid_json_raises_an_error(text: str | dict[str, Any], problem: str) -> None:
    text = text if isinstance(text, str) else json.dumps({**GOOD, **text})
    message = (
        "expected a drawing as JSON with width, height, brush and strokes [[[x, y], …], …], "
        f"got {problem}; see README.md for the format"
    )
    with pytest.raises(DrawingError, match=f"^{re.escape(message)}$"):
        parse_strokes(text)


@pytest.mark.parametrize("key", list(GOOD))
def test_every_key_is_required(key: str) -> None:
    text = json.dumps({name: value for name, value in GOOD.items() if name != key})
    with pytest.raises(DrawingError, match=rf"got {key}: .* \(field required\);"):
        parse_strokes(text)


def test_too_many_points_are_refused() -> None:
    text = json.dumps({**GOOD, "strokes": [[[1, 2]] * 50_000, [[1, 2]] * 50_001]})
    message = (
        "expected a drawing of at most 100,000 points, got 100,001; draw it with fewer strokes"
    )
    with pytest.raises(DrawingError, match=f"^{message}$"):
        parse_strokes(text)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DrawingError):
        parse_strokes("[" * 100_000)


@given(st.text() | st.dictionaries(st.sampled_from(list(GOOD)), st.floats()).map(json.dumps))
@settings(max_examples=30, deadline=None)
def test_arbitrary_text_raises_an_error(text: str) -> None:
    with pytest.raises(DrawingError):
        parse_strokes(text)


# ---------------------------------------------------------------- render


def test_rendered_strokes_match_the_distance_to_the_pen() -> None:
    strokes = Strokes(120, 90, 11, (line((20, 20), (80, 30), (60, 75)), line((100, 60), (100, 60))))
    ink = render(strokes)
    assert ink.shape == (90, 120)
    assert ink.dtype == np.float32
    assert np.abs(ink - ink_distance(strokes)).mean() < 0.003
    assert np.abs(ink - ink_distance(strokes)).max() < 0.5


def test_a_single_point_is_a_round_dot() -> None:
    ink = ink_of(line((100, 150)))
    assert ink.sum() == pytest.approx(np.pi * 81, rel=0.03)
    assert centre_of_mass(ink) == pytest.approx((99.5, 149.5), abs=0.1)


def test_a_large_canvas_is_rendered_without_supersampling() -> None:
    ink = render(Strokes(3_000, 1_000, 100, (line((500, 500)),)))
    assert ink.shape == (1_000, 3_000)
    assert ink.sum() == pytest.approx(np.pi * 2_500, rel=0.03)


# ---------------------------------------------------------------- redraw

COORDINATES = st.floats(0, 280, width=32)
LINES = st.lists(
    st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=6), min_size=1, max_size=4
)


def ink_box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(strokes.strokes)
    return points.min(axis=0) - strokes.brush / 2, points.max(axis=0) + strokes.brush / 2


@settings(max_examples=30, deadline=None)
@given(LINES, st.floats(1, 40))
def test_redrawn_strokes_fill_the_sheet(
    lines: list[list[tuple[float, float]]], brush: float
) -> None:
    drawn = Strokes(280, 280, brush, tuple(np.array(points, np.float32) for points in lines))
    redrawn = redraw(drawn)
    low, high = ink_box(redrawn)
    assert (high - low).max() == pytest.approx(REDRAWN_INK, abs=0.01)
    np.testing.assert_allclose((low + high) / 2, REDRAWN_SHEET / 2, atol=0.01)
    assert [len(line) for line in redrawn.strokes] == [len(line) for line in drawn.strokes]
    ink = render(redrawn)
    assert ink.shape == (REDRAWN_SHEET, REDRAWN_SHEET)
    assert ink.max() > 0.9


@settings(max_examples=50, deadline=None)
@given(
    LINES,
    st.floats(0.25, 4),
    st.floats(0, 200),
    st.floats(0, 200),
)
def test_redrawing_does_not_depend_on_size_and_position(
    lines: list[list[tuple[float, float]]], zoom: float, x: float, y: float
) -> None:
    arrays = [np.array(points, np.float32) for points in lines]
    points = np.concatenate(arrays)
    assume(np.ptp(points, axis=0).max() > 80)
    there = tuple((line * zoom + [x, y]).astype(np.float32) for line in arrays)
    one = redraw(Strokes(280, 280, 18, tuple(arrays)))
    other = redraw(Strokes(1400, 1400, 18, there))
    assert one.brush == other.brush == BRUSH_SHARE * REDRAWN_INK
    for points, moved in zip(one.strokes, other.strokes, strict=True):
        np.testing.assert_allclose(points, moved, atol=0.01)


def test_a_dot_stays_a_dot() -> None:
    for dot in (line((50, 60)), line((50, 60), (58, 60))):
        redrawn = redraw(Strokes(280, 280, 18, (dot,)))
        low, high = ink_box(redrawn)
        width, height = high - low
        assert width == pytest.approx(REDRAWN_INK)
        assert height > REDRAWN_INK * 0.6


def test_parts_outside_the_canvas_are_omitted() -> None:
    seen = Strokes(100, 100, 10, (line((20, 50), (100, 50)), line((20, 20), (20, 80))))
    off = Strokes(
        100,
        100,
        10,
        (line((20, 50), (500, 50)), line((20, 20), (20, 80)), line((200, 200), (300, 200))),
    )
    for one, other in zip(redraw(seen).strokes, redraw(off).strokes, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_stroke_that_leaves_the_canvas_and_returns_becomes_two() -> None:
    redrawn = redraw(Strokes(100, 100, 10, (line((50, 50), (150, 50), (150, 90), (0, 90)),)))
    assert len(redrawn.strokes) == 2
    across = redraw(Strokes(100, 100, 10, (line((-50, 50), (150, 50)),)))
    assert np.ptp(across.strokes[0][:, 0]) == pytest.approx(REDRAWN_INK * 0.9)


@pytest.mark.parametrize("lines", [(), ((200, 200),), ((200, 200), (300, 300))])
def test_a_drawing_outside_the_canvas_has_no_redrawn_strokes(
    lines: tuple[tuple[float, float], ...],
) -> None:
    drawn = (line(*lines),) if lines else ()
    assert redraw(Strokes(100, 100, 10, drawn)).strokes == ()


# ---------------------------------------------------------------- fit_to_canvas


def test_a_drawing_that_does_not_fit_is_scaled_down() -> None:
    wide = Strokes(700, 280, 18, (np.array([(100, 100), (690, 200)], np.float32),))
    small = fit_to_canvas(wide, 280, 280)
    assert (small.width, small.height) == (280, 280)
    (line,) = small.strokes
    assert line.min() >= 0
    assert line.max() <= 280
    way = np.diff(line, axis=0)[0]
    assert way[0] / way[1] == pytest.approx(5.9)
    assert small.brush == pytest.approx(18 * way[0] / 590)


def test_a_drawing_that_fits_is_unchanged() -> None:
    line = np.array([(100, 100), (200, 200)], np.float32)
    wider = fit_to_canvas(Strokes(280, 280, 18, (line,)), 700, 280)
    np.testing.assert_array_equal(wider.strokes[0], line)
    assert fit_to_canvas(Strokes(700, 280, 18, ()), 280, 280).strokes == ()


def test_redrawn_strokes_have_soft_edges() -> None:
    redrawn = redraw(Strokes(280, 280, 18, (line((140, 60), (140, 220)),)))
    assert redrawn.softness == pytest.approx(5)
    row = render(redrawn)[140]
    # Across the pen: the normal distribution's integral over 24 pixels, as wide at half its height.
    x = np.arange(280) + 0.5 - 140
    sharp = (np.abs(np.linspace(-140, 140, 28_000)) < 12).astype(np.float64)
    expected = gaussian_filter1d(sharp, 500)[50::100]
    np.testing.assert_allclose(row, expected, atol=0.03)
    assert ((row > 0.1) & (row < 0.9) & (np.abs(x) < 30)).sum() >= 20
