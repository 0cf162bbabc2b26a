"""Convert the JSON of a Fabric.js canvas (streamlit-drawable-canvas) to strokes, and back."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import DoubleArray, FloatArray
from mnistviz.digits.drawing.strokes import (
    CANVAS_BRUSH,
    MAX_BRUSH,
    MAX_COORDINATE,
    Coordinate,
    Strokes,
    check_num_points,
    first_problem,
)

# Straight segments of a curve at most: enough across the whole canvas; most curves need 2 or 3.
MAX_CHORDS = 16

_Origin = Literal["left", "top", "center", "right", "bottom"]
_ORIGIN_SHARE = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}
_Point = tuple[Literal["M", "L"], Coordinate, Coordinate]
_Curve = tuple[Literal["Q"], Coordinate, Coordinate, Coordinate, Coordinate]


class _Canvas(BaseModel):
    """The fields of a Fabric.js canvas that are read here."""

    objects: list[dict[str, Any]] = []


class _Path(BaseModel):
    """A free-hand stroke of a Fabric.js canvas."""

    model_config = ConfigDict(alias_generator=to_camel, allow_inf_nan=False)

    left: float
    top: float
    origin_x: _Origin
    origin_y: _Origin
    scale_x: float = 1
    scale_y: float = 1
    angle: float = 0
    skew_x: float = 0
    skew_y: float = 0
    flip_x: bool = False
    flip_y: bool = False
    stroke_width: Annotated[float, Field(gt=0, le=MAX_BRUSH)]
    path: list[_Point | _Curve]


def strokes_from_canvas(drawing: Mapping[str, Any] | None, width: int, height: int) -> Strokes:
    """Return the strokes of `json_data` of streamlit-drawable-canvas, in canvas pixels.

    Shapes other than free-hand paths are ignored. The brush is the mean stroke width, each
    multiplied by the scale of its stroke. Raises `DrawingError` for invalid JSON.
    """
    lines: list[FloatArray] = []
    brushes: list[float] = []
    try:
        for item in _Canvas.model_validate({} if drawing is None else drawing).objects:
            if item.get("type") == "Path":
                path = _Path.model_validate(item)
                matrix = _transformation(path)
                lines += _lines_on_canvas(path, matrix)
                brushes.append(path.stroke_width * math.sqrt(abs(np.linalg.det(matrix))))
    except ValidationError as error:
        raise DrawingError(
            "expected a canvas with free-hand strokes, "
            f"got {first_problem(error)}; clear the canvas and draw again"
        ) from None
    # A stroke that was scaled to a height of 0 is still visible as a line.
    brush = float(np.clip(np.mean(brushes), 1, MAX_BRUSH)) if brushes else CANVAS_BRUSH
    return check_num_points(Strokes(width, height, brush, tuple(lines)))


def canvas_from_strokes(strokes: Strokes) -> dict[str, Any]:
    """Return the JSON of a canvas; `strokes_from_canvas` returns the same strokes for it."""
    objects = []
    for line in strokes.strokes:
        # A dot is a line of length 0; its round ends make it visible.
        points = np.concatenate([line, line]) if len(line) == 1 else line
        left, top = ((points.min(axis=0) + points.max(axis=0)) / 2).tolist()
        objects.append(
            {
                "type": "Path",
                "originX": "center",
                "originY": "center",
                "left": left,
                "top": top,
                "stroke": "#ffffff",
                "strokeWidth": strokes.brush,
                "strokeLineCap": "round",
                "strokeLineJoin": "round",
                "fill": None,
                "path": [["L" if n else "M", *point] for n, point in enumerate(points.tolist())],
            }
        )
    return {"objects": objects}


def _rotation(degrees: float) -> DoubleArray:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


def _transformation(path: _Path) -> DoubleArray:
    """The `(2, 2)` matrix that Fabric.js applies around the path's centre: skew, scale, rotate."""
    skew_x, skew_y = math.tan(math.radians(path.skew_x)), math.tan(math.radians(path.skew_y))
    skew = np.array([[1, skew_x], [0, 1]]) @ np.array([[1, 0], [skew_y, 1]])
    flip = (-1 if path.flip_x else 1, -1 if path.flip_y else 1)
    scale = np.diag([flip[0] * path.scale_x, flip[1] * path.scale_y])
    matrix: DoubleArray = _rotation(path.angle) @ scale @ skew
    return matrix


def _lines_on_canvas(path: _Path, matrix: DoubleArray) -> list[FloatArray]:
    """The lines `(n, 2)` float32 of a path, in canvas pixels."""
    if not path.path:
        return []
    low, high = _bounds(path.path)
    # left and top are the position of the origin: the centre or an edge, stroke width included.
    share = np.array([_ORIGIN_SHARE[path.origin_x], _ORIGIN_SHARE[path.origin_y]])
    size = (high - low + path.stroke_width) * np.abs([path.scale_x, path.scale_y])
    middle = np.array([path.left, path.top]) + _rotation(path.angle) @ ((0.5 - share) * size)
    lines = [(line - (low + high) / 2) @ matrix.T + middle for line in _flattened_lines(path.path)]
    return [np.clip(line, -MAX_COORDINATE, MAX_COORDINATE).astype(np.float32) for line in lines]


def _bounds(commands: list[_Point | _Curve]) -> tuple[DoubleArray, DoubleArray]:
    """(left, top) and (right, bottom) of a path, as Fabric.js 7 computes them.

    Fabric.js treats a quadratic curve as a cubic one whose control points are equal. The bounds
    are too large, but it positions a path by them, so they are reproduced here.
    """
    points: list[DoubleArray] = []
    for name, *values in commands:
        ends = np.array(values, np.float64).reshape(-1, 2)
        if name == "Q" and points:
            before, after = points[-1] - ends[0], ends[1] - ends[0]
            spread = (np.sqrt(np.abs(before)) + np.sqrt(np.abs(after))) ** 2
            turning = ends[0] + before * np.abs(after) / np.maximum(spread, 1e-9)
            points.append(np.where(before * after > 0, turning, ends[1]))
        points.append(ends[-1])
    return np.min(points, axis=0), np.max(points, axis=0)


def _flattened_lines(commands: list[_Point | _Curve]) -> list[DoubleArray]:
    """The lines `(n, 2)` of a path; chords differ from their curve by at most 0.25 pixels."""
    lines: list[list[DoubleArray]] = []
    for name, *values in commands:
        points = np.array(values, np.float64).reshape(-1, 2)
        if name == "M" or not lines:
            lines.append([points[-1]])
        elif name == "L":
            lines[-1].append(points[-1])
        else:
            start, (control, end) = lines[-1][-1], points
            bend = float(np.hypot(*(start - 2 * control + end)))
            chords = min(max(1, math.ceil(math.sqrt(bend))), MAX_CHORDS)
            t = np.linspace(0, 1, chords + 1)[1:, np.newaxis]
            lines[-1].extend((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)
    return [np.array(line) for line in lines]
