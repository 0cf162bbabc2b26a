"""Convert the JSON of a Fabric.js canvas (streamlit-drawable-canvas) to strokes, and back."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import BoolArray, DoubleArray, FloatArray
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
    curves = _Curves.of(path.path)
    low, high = curves.bounds()
    # left and top are the position of the origin: the centre or an edge, stroke width included.
    share = np.array([_ORIGIN_SHARE[path.origin_x], _ORIGIN_SHARE[path.origin_y]])
    size = (high - low + path.stroke_width) * np.abs([path.scale_x, path.scale_y])
    middle = np.array([path.left, path.top]) + _rotation(path.angle) @ ((0.5 - share) * size)
    lines = [(line - (low + high) / 2) @ matrix.T + middle for line in curves.flattened()]
    return [np.clip(line, -MAX_COORDINATE, MAX_COORDINATE).astype(np.float32) for line in lines]


@dataclass(frozen=True)
class _Curves:
    """The n commands of a path: start, control point and end `(n, 2)` of each.

    `curved` (n,) is False for a straight line and for the first point of a line, whose `first`
    (n,) is True.
    """

    starts: DoubleArray
    controls: DoubleArray
    ends: DoubleArray
    curved: BoolArray
    first: BoolArray

    @classmethod
    def of(cls, commands: Sequence[_Point | _Curve]) -> Self:
        ends = np.array([command[-2:] for command in commands], np.float64)
        first = np.array([command[0] == "M" for command in commands])
        first[0] = True
        return cls(
            starts=np.concatenate([ends[:1], ends[:-1]]),
            controls=np.array([command[1:3] for command in commands], np.float64),
            ends=ends,
            curved=np.array([command[0] == "Q" for command in commands]) & ~first,
            first=first,
        )

    def bounds(self) -> tuple[DoubleArray, DoubleArray]:
        """(left, top) and (right, bottom) of the path, as Fabric.js 7 computes them.

        Fabric.js treats a quadratic curve as a cubic one whose control points are equal. The
        bounds are too large, but it positions a path by them, so they are reproduced here.
        """
        before, after = self.starts - self.controls, self.ends - self.controls
        spread = (np.sqrt(np.abs(before)) + np.sqrt(np.abs(after))) ** 2
        turning = self.controls + before * np.abs(after) / np.maximum(spread, 1e-9)
        turns = self.curved[:, np.newaxis] & (before * after > 0)
        points = np.concatenate([self.ends, np.where(turns, turning, self.ends)])
        return points.min(axis=0), points.max(axis=0)

    def flattened(self) -> list[DoubleArray]:
        """The lines `(n, 2)` of the path; chords differ from a curve by at most 0.25 pixels."""
        bends = np.hypot(*(self.starts - 2 * self.controls + self.ends).T)
        chords = np.ceil(np.sqrt(bends)).clip(1, MAX_CHORDS).astype(int)
        chords = np.where(self.curved, chords, 1)
        # The command of each point, and the point's number among those of its command.
        command = np.repeat(np.arange(len(chords)), chords)
        until = np.cumsum(chords) - chords
        number = np.arange(len(command)) - until[command] + 1
        t = (number / chords[command])[:, np.newaxis]
        start, control, end = self.starts[command], self.controls[command], self.ends[command]
        points = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
        points = np.where(self.curved[command, np.newaxis], points, end)
        return np.split(points, until[self.first][1:])
