"""A drawing as pen strokes: from a file or the canvas, to ink."""

import itertools
import json
import math
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray

# Far beyond what a hand draws.
MAX_SIDE = 10_000
MAX_BRUSH = 1_000
MAX_POINTS = 100_000
# A stroke may leave the canvas, but not so far that float32 loses the pixel.
MAX_COORDINATE = 100_000
# Enough for a curve across the whole canvas; a pen's usual curve needs two or three.
MAX_CHORDS = 16

# Brush of the drawing page's canvas, in its pixels; said of a canvas without strokes.
CANVAS_BRUSH = 18.0
# What MNIST's pens were to its digits: the width of the stroke as a share of the longer side of the
# ink. Of 7,494 pen strokes by 30 writers, 0.07 to 0.10 read the same within 0.12 points, thinner
# and thicker ones worse; 0.10 is nearest to MNIST's own strokes, which are 0.12 on average.
BRUSH_SHARE = 0.1
# The side of the sheet on which strokes are drawn again, and of the ink on it.
REDRAWN_SHEET = 280
REDRAWN_INK = 240
# How far the edge of a redrawn stroke is blurred, as a share of the ink's side: MNIST's strokes
# fade out, as grey scans do. Of the same pen strokes the bundled reference reads 0.5 points more
# right, and best 0.2.
SOFTNESS_SHARE = 5 / 240
# Drawn 4 times as large, then averaged, unless the drawing is so large that it is shrunk anyway.
SUPERSAMPLING = 4
SUPERSAMPLED_PIXELS = 1_000_000


@dataclass(frozen=True)
class Strokes:
    """A drawing as pen strokes on a canvas of width × height pixels.

    Each stroke is (n, 2) float32 pixels, x right, y down; one point is a dot. `softness`
    is how many pixels its edge is blurred by, as a standard deviation.
    """

    width: int
    height: int
    brush: float
    strokes: tuple[FloatArray, ...]
    softness: float = 0.0


_Coordinate = Annotated[float, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]
_Origin = Literal["left", "top", "center", "right", "bottom"]
_ORIGIN_SHARE = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}
_Point = tuple[Literal["M", "L"], _Coordinate, _Coordinate]
_Curve = tuple[Literal["Q"], _Coordinate, _Coordinate, _Coordinate, _Coordinate]


class _File(BaseModel):
    """The JSON file of a drawing."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    width: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    brush: Annotated[float, Field(gt=0, le=MAX_BRUSH)]
    strokes: list[Annotated[list[tuple[_Coordinate, _Coordinate]], Field(min_length=1)]]


class _Canvas(BaseModel):
    """The JSON of a Fabric.js canvas, as far as it matters here."""

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


def parse_strokes(text: str) -> Strokes:
    """Read a drawing from the JSON that `strokes_to_json` writes. Raises `DrawingError`."""
    try:
        file = _File.model_validate_json(text)
    except ValidationError as error:
        raise DrawingError(
            "expected a drawing as JSON with width, height, brush and strokes [[[x, y], …], …], "
            f"got {_problem(error)}; see README.md for the format"
        ) from None
    lines = tuple(np.array(line, np.float32) for line in file.strokes)
    return _limited(Strokes(file.width, file.height, file.brush, lines))


def strokes_to_json(strokes: Strokes) -> str:
    """The text from which `parse_strokes` makes the same drawing."""
    # str() of a float32 is the shortest text that gives it back; tolist() would add digits.
    lines = [[[float(str(x)) for x in point] for point in line] for line in strokes.strokes]
    values = {"width": strokes.width, "height": strokes.height, "brush": strokes.brush}
    return json.dumps({**values, "strokes": lines})


def strokes_from_canvas(drawing: Mapping[str, Any] | None, width: int, height: int) -> Strokes:
    """Strokes as they lie on the canvas, from `json_data` of streamlit-drawable-canvas.

    Shapes other than free-hand paths are left out. The brush is the mean over
    the strokes, each times its scale. Raises `DrawingError` for anything else.
    """
    lines: list[FloatArray] = []
    brushes: list[float] = []
    try:
        for item in _Canvas.model_validate({} if drawing is None else drawing).objects:
            if item.get("type") == "Path":
                path = _Path.model_validate(item)
                matrix = _matrix(path)
                lines += _placed(path, matrix)
                brushes.append(path.stroke_width * math.sqrt(abs(np.linalg.det(matrix))))
    except ValidationError as error:
        raise DrawingError(
            "expected a canvas with free-hand strokes, "
            f"got {_problem(error)}; clear the canvas and draw again"
        ) from None
    # A stroke squeezed flat still leaves a line.
    brush = float(np.clip(np.mean(brushes), 1, MAX_BRUSH)) if brushes else CANVAS_BRUSH
    return _limited(Strokes(width, height, brush, tuple(lines)))


def canvas_from_strokes(strokes: Strokes) -> dict[str, Any]:
    """The JSON of a canvas from which `strokes_from_canvas` makes the same strokes."""
    objects = []
    for line in strokes.strokes:
        # A dot is a line to where it began: the pen's round end makes it visible.
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


def fitted(strokes: Strokes, width: int, height: int) -> Strokes:
    """The same drawing on a canvas of another size: made smaller where it would not fit."""
    lines, brush = strokes.strokes, strokes.brush
    if lines and (width, height) != (strokes.width, strokes.height):
        points = np.concatenate(lines)
        low, reach = points.min(axis=0), points.max(axis=0)
        size = np.array([width, height], np.float32)
        if (reach > size).any():
            zoom = np.float32(min(1, *(size - brush) / np.maximum(reach - low, 1)))
            place = np.minimum(low, size - (reach - low) * zoom - brush / 2)
            place = np.maximum(place, brush / 2).astype(np.float32)
            lines = tuple((line - low) * zoom + place for line in lines)
            brush = max(1.0, float(brush * zoom))
    return Strokes(width, height, brush, lines)


def _problem(error: ValidationError) -> str:
    """What is wrong first, in few words."""
    problem = error.errors()[0]
    # Where one of several forms is possible, types stand between the keys: left out.
    place = ".".join(str(key) for key in problem["loc"] if re.fullmatch(r"\w+", str(key)))
    message = problem["msg"][0].lower() + problem["msg"][1:]
    found = f"{reprlib.repr(problem['input'])} ({message})"
    return f"{place}: {found}" if place else found


def _limited(strokes: Strokes) -> Strokes:
    if (points := sum(map(len, strokes.strokes))) > MAX_POINTS:
        raise DrawingError(
            f"expected a drawing of at most {MAX_POINTS:,} points, got {points:,}; "
            "draw it with fewer strokes"
        )
    return strokes


def _turn(degrees: float) -> NDArray[np.float64]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


def _matrix(path: _Path) -> NDArray[np.float64]:
    """(2, 2): what Fabric.js does to points around the path's middle: skew, scale, turn."""
    skew_x, skew_y = math.tan(math.radians(path.skew_x)), math.tan(math.radians(path.skew_y))
    skew = np.array([[1, skew_x], [0, 1]]) @ np.array([[1, 0], [skew_y, 1]])
    flip = (-1 if path.flip_x else 1, -1 if path.flip_y else 1)
    scale = np.diag([flip[0] * path.scale_x, flip[1] * path.scale_y])
    matrix: NDArray[np.float64] = _turn(path.angle) @ scale @ skew
    return matrix


def _placed(path: _Path, matrix: NDArray[np.float64]) -> list[FloatArray]:
    """A path's lines (n, 2) float32 in canvas pixels."""
    if not path.path:
        return []
    low, high = _extent(path.path)
    # left and top say where the middle of the path lies, or an edge, the pen's width included.
    share = np.array([_ORIGIN_SHARE[path.origin_x], _ORIGIN_SHARE[path.origin_y]])
    size = (high - low + path.stroke_width) * np.abs([path.scale_x, path.scale_y])
    middle = np.array([path.left, path.top]) + _turn(path.angle) @ ((0.5 - share) * size)
    lines = [(line - (low + high) / 2) @ matrix.T + middle for line in _flattened(path.path)]
    return [np.clip(line, -MAX_COORDINATE, MAX_COORDINATE).astype(np.float32) for line in lines]


def _extent(commands: list[_Point | _Curve]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(left, top) and (right, bottom) of a path, as Fabric.js 7 reckons them.

    It takes a quadratic curve for a cubic one with the control point twice. That
    reaches too far, but a path is placed by it, so the same slip is due here.
    """
    points: list[NDArray[np.float64]] = []
    for name, *values in commands:
        ends = np.array(values, np.float64).reshape(-1, 2)
        if name == "Q" and points:
            before, after = points[-1] - ends[0], ends[1] - ends[0]
            spread = (np.sqrt(np.abs(before)) + np.sqrt(np.abs(after))) ** 2
            turning = ends[0] + before * np.abs(after) / np.maximum(spread, 1e-9)
            points.append(np.where(before * after > 0, turning, ends[1]))
        points.append(ends[-1])
    return np.min(points, axis=0), np.max(points, axis=0)


def _flattened(commands: list[_Point | _Curve]) -> list[NDArray[np.float64]]:
    """A path's lines (n, 2), each curve as chords that leave it by a quarter pixel at most."""
    lines: list[list[NDArray[np.float64]]] = []
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


def render(strokes: Strokes) -> FloatArray:
    """Draw strokes with round ends and joins: (height, width) float32 ink in [0, 1]."""
    zoom = SUPERSAMPLING if strokes.width * strokes.height <= SUPERSAMPLED_PIXELS else 1
    sheet = Image.new("L", (strokes.width * zoom, strokes.height * zoom))
    pen = ImageDraw.Draw(sheet)
    width = max(1, round(strokes.brush * zoom))
    radius = (width - 1) / 2
    for line in strokes.strokes:
        # Pillow counts from the middle of a pixel, the canvas from its corner.
        points = [(float(x), float(y)) for x, y in line * zoom - 0.5]
        pen.line(points, fill=255, width=width)
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    ink = sheet.reduce(zoom)
    if strokes.softness:
        ink = ink.filter(ImageFilter.GaussianBlur(strokes.softness))
    return np.asarray(ink, np.float32) / np.float32(255)


def redraw(strokes: Strokes) -> Strokes:
    """The same strokes as large as the sheet allows, with a pen as wide as MNIST's.

    A small digit drawn with a thick brush closes up, a large one is too thin; drawn again, it
    is the same at any size and place. What is no longer than the brush is wide is a dot and
    keeps its shape. What lies off the canvas, where nobody saw it, is left out.
    """
    lines = _on_canvas(strokes)
    if not lines:
        return Strokes(REDRAWN_SHEET, REDRAWN_SHEET, BRUSH_SHARE * REDRAWN_INK, ())
    points = np.concatenate(lines).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    length = float((high - low).max())
    dot = length <= strokes.brush
    brush = REDRAWN_INK * (strokes.brush / (length + strokes.brush) if dot else BRUSH_SHARE)
    zoom = (REDRAWN_INK - brush) / length if length else 0.0
    middle = (low + high) / 2
    redrawn = [(line - middle) * zoom + REDRAWN_SHEET / 2 for line in lines]
    return Strokes(
        REDRAWN_SHEET,
        REDRAWN_SHEET,
        brush,
        tuple(line.astype(np.float32) for line in redrawn),
        SOFTNESS_SHARE * REDRAWN_INK,
    )


def _on_canvas(strokes: Strokes) -> list[NDArray[np.float64]]:
    """The parts of the lines, (n, 2) float64, that lie on the canvas."""
    size = np.array([strokes.width, strokes.height], np.float64)
    found: list[NDArray[np.float64]] = []
    for line in strokes.strokes:
        points = line.astype(np.float64)
        inside = ((points >= 0) & (points <= size)).all(axis=1)
        if inside.all():
            found.append(points)
            continue
        if len(points) == 1:
            continue
        part: list[NDArray[np.float64]] = []
        for start, end in itertools.pairwise(points):
            piece = _clipped(start, end, size)
            if piece is None:
                continue
            if not part or not np.array_equal(part[-1], piece[0]):
                if part:
                    found.append(np.array(part))
                part = [piece[0]]
            part.append(piece[1])
        if part:
            found.append(np.array(part))
    return found


def _clipped(
    start: NDArray[np.float64], end: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The part of a line from `start` to `end` that lies within 0 and `size` (Liang and Barsky
    1984), or None.
    """
    way = end - start
    first, last = 0.0, 1.0
    for axis in (0, 1):
        if way[axis] == 0:
            if not 0 <= start[axis] <= size[axis]:
                return None
            continue
        ends = sorted(((0 - start[axis]) / way[axis], (size[axis] - start[axis]) / way[axis]))
        first, last = max(first, ends[0]), min(last, ends[1])
    if first > last:
        return None
    # The very ends where nothing is cut off: pieces that follow each other are joined by them.
    return (
        start if first == 0 else start + first * way,
        end if last == 1 else start + last * way,
    )
