"""Strokes from and to the JSON of a Fabric.js canvas."""

import json
from typing import Any

import numpy as np
import pytest

from mnistviz.core.errors import DrawingError
from mnistviz.digits.drawing.fabric import canvas_from_strokes, strokes_from_canvas
from mnistviz.digits.drawing.strokes import Strokes

# Recorded from streamlit-drawable-canvas 0.13.0 in Chromium: a hook drawn by hand, a click, and
# a stroke that was then moved, scaled, stretched and turned with the toolbar's edit toggle. Keys
# that carry no meaning here (locks, dashes, shadow, …) are left out; one is kept as a sample.
RECORDED = json.loads("""
{"version": "7.4.0", "objects": [
 {"lockMovementX": false, "type": "Path", "version": "7.4.0", "originX": "center",
  "originY": "center", "left": 87.999, "top": 96.4153, "width": 55.9636, "height": 87.2055,
  "fill": null, "stroke": "#fff", "strokeWidth": 18, "strokeLineCap": "round",
  "strokeLineJoin": "round", "strokeUniform": false, "scaleX": 1, "scaleY": 1, "angle": 0,
  "flipX": false, "flipY": false, "skewX": 0, "skewY": 0,
  "path": [["M", 60.018, 59.982], ["Q", 60, 60, 90, 55], ["Q", 120, 50, 110, 95],
           ["L", 99.982, 140.018]]},
 {"lockMovementX": false, "type": "Path", "version": "7.4.0", "originX": "center",
  "originY": "center", "left": 200, "top": 60, "width": 0.036, "height": 0,
  "fill": null, "stroke": "#fff", "strokeWidth": 18, "strokeLineCap": "round",
  "strokeLineJoin": "round", "strokeUniform": false, "scaleX": 1, "scaleY": 1, "angle": 0,
  "flipX": false, "flipY": false, "skewX": 0, "skewY": 0,
  "path": [["M", 199.982, 60], ["L", 200.018, 60]]},
 {"lockMovementX": false, "type": "Path", "version": "7.4.0", "originX": "center",
  "originY": "center", "left": 161.991, "top": 217.5348, "width": 70.036, "height": 20,
  "fill": null, "stroke": "#fff", "strokeWidth": 18, "strokeLineCap": "round",
  "strokeLineJoin": "round", "strokeUniform": false, "scaleX": 1.6132, "scaleY": 1.3966,
  "angle": 58.3808, "flipX": false, "flipY": false, "skewX": 0, "skewY": 0,
  "path": [["M", 59.982, 200], ["Q", 60, 200, 95, 190], ["L", 130.018, 180]]}],
 "background": "#000"}
""")


def recorded(index: int, **changes: Any) -> dict[str, Any]:
    return {"objects": [{**RECORDED["objects"][index], **changes}]}


def test_a_recorded_canvas_is_converted_to_strokes() -> None:
    strokes = strokes_from_canvas(RECORDED, 280, 240)
    assert (strokes.width, strokes.height) == (280, 240)
    hook, dot, turned = strokes.strokes
    # The pen's positions: Fabric.js computes wrong bounds of curves, but positions them by these.
    np.testing.assert_allclose(hook[[0, -1]], [[60.018, 59.982], [99.982, 140.018]], atol=0.01)
    assert np.abs(hook - [90, 55]).sum(1).min() < 0.01
    np.testing.assert_allclose(dot, [[199.982, 60], [200.018, 60]], atol=0.001)
    # The centre of this stroke was dragged to (161.991, 217.5348), then rotated around it.
    angle = np.radians(58.3808)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    ends = turn @ (np.array([[-35.018, 35.018], [10, -10]]) * [[1.6132], [1.3966]])
    np.testing.assert_allclose(turned[[0, -1]], np.add(ends.T, [161.991, 217.5348]), atol=0.01)
    assert strokes.brush == pytest.approx((18 + 18 + 18 * (1.6132 * 1.3966) ** 0.5) / 3)
    assert all(points.dtype == np.float32 for points in strokes.strokes)


def test_chords_differ_from_curves_by_at_most_a_quarter_pixel() -> None:
    (hook,) = strokes_from_canvas(recorded(0), 280, 280).strokes
    t = np.linspace(0, 1, 200)[:, np.newaxis]
    start, control, end = np.array([[90, 55], [120, 50], [110, 95]])
    for point in (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end:
        way = np.diff(hook, axis=0)
        share = ((point - hook[:-1]) * way).sum(1) / (way**2).sum(1).clip(1e-9)
        nearest = hook[:-1] + share.clip(0, 1)[:, np.newaxis] * way
        assert np.hypot(*(point - nearest).T).min() <= 0.25


@pytest.mark.parametrize(("axis", "key"), [(0, "flipX"), (1, "flipY")])
def test_a_flipped_stroke_is_mirrored_about_its_centre(axis: int, key: str) -> None:
    (plain,) = strokes_from_canvas(recorded(2), 280, 280).strokes
    (flipped,) = strokes_from_canvas(recorded(2, **{key: True}, angle=0), 280, 280).strokes
    (upright,) = strokes_from_canvas(recorded(2, angle=0), 280, 280).strokes
    middle = [161.991, 217.5348][axis]
    np.testing.assert_allclose(flipped[:, axis], 2 * middle - upright[:, axis], atol=0.001)
    np.testing.assert_allclose(flipped[:, 1 - axis], upright[:, 1 - axis], atol=0.001)
    assert not np.allclose(plain, upright, atol=1)


def test_an_origin_at_the_corner_includes_the_stroke_width() -> None:
    # Half of 70.036 + 18 and of 20 + 18, times the scale: from the middle to the corner.
    corner = {"originX": "left", "originY": "top", "angle": 0}
    left, top = 161.991 - 44.018 * 1.6132, 217.5348 - 19 * 1.3966
    (cornered,) = strokes_from_canvas(recorded(2, left=left, top=top, **corner), 280, 280).strokes
    (centred,) = strokes_from_canvas(recorded(2, angle=0), 280, 280).strokes
    np.testing.assert_allclose(cornered, centred, atol=0.001)


def test_a_skewed_stroke_is_sheared() -> None:
    (upright,) = strokes_from_canvas(recorded(2, angle=0), 280, 280).strokes
    (leaning,) = strokes_from_canvas(recorded(2, angle=0, skewX=45), 280, 280).strokes
    np.testing.assert_allclose(leaning[:, 1], upright[:, 1], atol=0.001)
    lean = (upright[:, 1] - 217.5348) / 1.3966 * 1.6132
    np.testing.assert_allclose(leaning[:, 0], upright[:, 0] + lean, atol=0.01)


@pytest.mark.parametrize("empty", [None, {}, {"objects": []}, {"objects": [{"type": "Circle"}]}])
def test_an_empty_canvas_has_no_strokes(empty: dict[str, Any] | None) -> None:
    assert strokes_from_canvas(empty, 280, 280) == Strokes(280, 280, 18.0, ())


@pytest.mark.parametrize(
    ("canvas", "problem"),
    [
        (7, "7 (input should be a valid dictionary or instance of _Canvas)"),
        ({"objects": 7}, "objects: 7 (input should be a valid list)"),
        ({"objects": [7]}, "objects.0: 7 (input should be a valid dictionary)"),
        (recorded(1, left=float("nan")), "left: nan (input should be a finite number)"),
        (recorded(1, originX="no"), "originX: 'no' (input should be 'left', 'top', 'center', "
         "'right' or 'bottom')"),
        (recorded(1, path=[["M", 1]]), "path.0.2: ['M', 1] (field required)"),
        (recorded(1, path=[["Z"]]), "path.0.0: 'Z' (input should be 'M' or 'L')"),
    ],
)  # fmt: skip
def test_an_invalid_canvas_raises_an_error(canvas: Any, problem: str) -> None:
    with pytest.raises(DrawingError) as caught:
        strokes_from_canvas(canvas, 280, 280)
    assert str(caught.value) == (
        f"expected a canvas with free-hand strokes, got {problem}; clear the canvas and draw again"
    )


def test_strokes_survive_conversion_to_a_canvas() -> None:
    bend = np.array([(30, 40), (150.25, 20), (90, 260)], np.float32)
    dot = np.array([(12, 270)], np.float32)
    given = Strokes(280, 280, 12.5, (bend, dot))
    back = strokes_from_canvas(canvas_from_strokes(given), 280, 280)
    assert back.brush == 12.5
    np.testing.assert_allclose(back.strokes[0], bend, atol=1e-3)
    np.testing.assert_allclose(back.strokes[1], [dot[0], dot[0]], atol=1e-3)
