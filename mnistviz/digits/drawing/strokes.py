"""A drawing as pen strokes: geometry, rendering to ink, and its JSON file format."""

import itertools
import json
import re
import reprlib
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import DoubleArray, FloatArray

# Limits far above those of drawings made by hand.
MAX_SIDE = 10_000
MAX_BRUSH = 1_000
MAX_POINTS = 100_000
# A stroke may leave the canvas; float32 still resolves a pixel at this distance.
MAX_COORDINATE = 100_000

# Default brush of the canvas on the Draw page, in pixels; also used for an empty canvas.
CANVAS_BRUSH = 18.0
# Stroke width as a share of the longer side of the ink. On 7,494 digits by 30 writers, accuracy
# varies by 0.12 points between 0.07 and 0.10 and is lower outside that range; 0.10 is closest to
# MNIST's own strokes, whose mean is 0.12.
BRUSH_SHARE = 0.1
# The side of the sheet that `redraw` draws on, and of the ink on it, in pixels.
REDRAWN_SHEET = 280
REDRAWN_INK = 240
# Blur of a redrawn stroke's edge, as a share of the ink's side: MNIST's strokes have soft edges.
# On the same 7,494 digits it raises the accuracy of the bundled `reference` by 0.5 points and of
# `best` by 0.2.
SOFTNESS_SHARE = 5 / 240
# Strokes are drawn 4 times as large and averaged, except on canvases above this number of pixels,
# which are reduced to 28×28 anyway.
SUPERSAMPLING = 4
SUPERSAMPLED_PIXELS = 1_000_000

Points = DoubleArray


@dataclass(frozen=True)
class Strokes:
    """A drawing as pen strokes on a canvas of width × height pixels.

    Each stroke is `(n, 2)` float32 pixels, x right, y down; one point is a dot. `softness` is the
    standard deviation, in pixels, of the Gaussian blur of its edge.
    """

    width: int
    height: int
    brush: float
    strokes: tuple[FloatArray, ...]
    softness: float = 0.0


Coordinate = Annotated[float, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]


class _File(BaseModel):
    """The JSON file format of a drawing."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    width: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    brush: Annotated[float, Field(gt=0, le=MAX_BRUSH)]
    strokes: list[Annotated[list[tuple[Coordinate, Coordinate]], Field(min_length=1)]]


def parse_strokes(text: str) -> Strokes:
    """Return the drawing in the JSON that `strokes_to_json` writes. Raises `DrawingError`."""
    try:
        file = _File.model_validate_json(text)
    except ValidationError as error:
        raise DrawingError(
            "expected a drawing as JSON with width, height, brush and strokes [[[x, y], …], …], "
            f"got {first_problem(error)}; see README.md for the format"
        ) from None
    lines = tuple(np.array(line, np.float32) for line in file.strokes)
    return check_num_points(Strokes(file.width, file.height, file.brush, lines))


def strokes_to_json(strokes: Strokes) -> str:
    """Return a drawing as JSON; `parse_strokes` returns the same drawing for it."""
    # str() of a float32 is its shortest exact text; tolist() would add digits.
    lines = [[[float(str(x)) for x in point] for point in line] for line in strokes.strokes]
    values = {"width": strokes.width, "height": strokes.height, "brush": strokes.brush}
    return json.dumps({**values, "strokes": lines})


def fit_to_canvas(strokes: Strokes, width: int, height: int) -> Strokes:
    """Return the drawing on a canvas of another size, scaled down if it does not fit."""
    lines, brush = strokes.strokes, strokes.brush
    if lines and (width, height) != (strokes.width, strokes.height):
        points = np.concatenate(lines)
        low, high = points.min(axis=0), points.max(axis=0)
        size = np.array([width, height], np.float32)
        if (high > size).any():
            scale = np.float32(min(1, *(size - brush) / np.maximum(high - low, 1)))
            corner = np.minimum(low, size - (high - low) * scale - brush / 2)
            corner = np.maximum(corner, brush / 2).astype(np.float32)
            lines = tuple((line - low) * scale + corner for line in lines)
            brush = max(1.0, float(brush * scale))
    return Strokes(width, height, brush, lines)


def first_problem(error: ValidationError) -> str:
    """Return the first problem of an error as short text: where, the value, the message."""
    problem = error.errors()[0]
    # For a union, pydantic puts the names of types between the keys: omit them.
    place = ".".join(str(key) for key in problem["loc"] if re.fullmatch(r"\w+", str(key)))
    message = problem["msg"][0].lower() + problem["msg"][1:]
    found = f"{reprlib.repr(problem['input'])} ({message})"
    return f"{place}: {found}" if place else found


def check_num_points(strokes: Strokes) -> Strokes:
    """Return the strokes. Raises `DrawingError` for more than 100,000 points."""
    if (points := sum(map(len, strokes.strokes))) > MAX_POINTS:
        raise DrawingError(
            f"expected a drawing of at most {MAX_POINTS:,} points, got {points:,}; "
            "draw it with fewer strokes"
        )
    return strokes


def render(strokes: Strokes) -> FloatArray:
    """Return the ink `(height, width)` float32 in [0, 1] of strokes with round ends and joins."""
    scale = SUPERSAMPLING if strokes.width * strokes.height <= SUPERSAMPLED_PIXELS else 1
    sheet = Image.new("L", (strokes.width * scale, strokes.height * scale))
    pen = ImageDraw.Draw(sheet)
    width = max(1, round(strokes.brush * scale))
    radius = (width - 1) / 2
    for line in strokes.strokes:
        # Pillow's origin is the centre of a pixel, the canvas's its corner.
        points = [(float(x), float(y)) for x, y in line * scale - 0.5]
        pen.line(points, fill=255, width=width)
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    ink = sheet.reduce(scale)
    if strokes.softness:
        ink = ink.filter(ImageFilter.GaussianBlur(strokes.softness))
    return np.asarray(ink, np.float32) / np.float32(255)


def redraw(strokes: Strokes) -> Strokes:
    """Return the strokes scaled to the sheet of 280 pixels, with a pen as wide as MNIST's.

    The result does not depend on the size and position of the drawing: small digits would
    otherwise close up, large ones be too thin. A drawing no longer than its brush is a dot and
    keeps its shape. Parts outside the canvas, which are not visible, are omitted.
    """
    lines = _visible_lines(strokes)
    if not lines:
        return Strokes(REDRAWN_SHEET, REDRAWN_SHEET, BRUSH_SHARE * REDRAWN_INK, ())
    points = np.concatenate(lines).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    length = float((high - low).max())
    is_dot = length <= strokes.brush
    brush = REDRAWN_INK * (strokes.brush / (length + strokes.brush) if is_dot else BRUSH_SHARE)
    scale = (REDRAWN_INK - brush) / length if length else 0.0
    centre = (low + high) / 2
    redrawn = [(line - centre) * scale + REDRAWN_SHEET / 2 for line in lines]
    return Strokes(
        REDRAWN_SHEET,
        REDRAWN_SHEET,
        brush,
        tuple(line.astype(np.float32) for line in redrawn),
        SOFTNESS_SHARE * REDRAWN_INK,
    )


def _visible_lines(strokes: Strokes) -> list[Points]:
    """The parts of the lines, `(n, 2)` float64, that lie on the canvas."""
    size = np.array([strokes.width, strokes.height], np.float64)
    visible: list[Points] = []
    for line in strokes.strokes:
        points = line.astype(np.float64)
        if ((points >= 0) & (points <= size)).all():
            visible.append(points)
        else:
            visible += _clip_line(points, size)
    return visible


def _clip_line(points: Points, size: Points) -> list[Points]:
    """The parts of a line `(n, 2)` that lie within 0 and `size`."""
    parts: list[list[Points]] = []
    for start, end in itertools.pairwise(points):
        segment = _clip_segment(start, end, size)
        if segment is None:
            continue
        if not parts or not np.array_equal(parts[-1][-1], segment[0]):
            parts.append([segment[0]])
        parts[-1].append(segment[1])
    return [np.array(part) for part in parts]


def _clip_segment(start: Points, end: Points, size: Points) -> tuple[Points, Points] | None:
    """The part of a segment that lies within 0 and `size`, or None (Liang and Barsky 1984)."""
    direction = end - start
    first, last = 0.0, 1.0
    for axis in (0, 1):
        if direction[axis] == 0:
            if not 0 <= start[axis] <= size[axis]:
                return None
            continue
        shares = ((0 - start[axis]) / direction[axis], (size[axis] - start[axis]) / direction[axis])
        first, last = max(first, min(shares)), min(last, max(shares))
    if first > last:
        return None
    # Exact end points where nothing is clipped: adjacent segments are joined by them.
    return (
        start if first == 0 else start + first * direction,
        end if last == 1 else start + last * direction,
    )
