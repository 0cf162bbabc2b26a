"""Lines over an axis as a PNG, for documents that show no interactive figure."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 16, 34, 46
# Drawn larger and made smaller, so that slanted lines are smooth.
SCALE = 3
FONT_SIZE = 13
TEXT_COLOUR, GRID_COLOUR = "#1b2333", "#dee2e6"
# About how many ticks an axis gets.
NUM_TICKS = 6


@dataclass(frozen=True)
class Line:
    """A line with its name and colour; `x` ascends."""

    name: str
    colour: str
    x: Sequence[float]
    y: Sequence[float]


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers from `low` to `high`, about `NUM_TICKS` of them."""
    if high <= low:
        return [low]
    rough = (high - low) / NUM_TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return the logarithms of round numbers between two logarithms: of 1, 2 and 5, or of 1."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    factors = (1, 2, 5) if high - low < NUM_TICKS / 2 else (1,)
    found = [power + math.log10(factor) for power in powers for factor in factors]
    return [tick for tick in found if low <= tick <= high]


def lines_png(lines: Sequence[Line], x_title: str, y_title: str, *, log: bool = False) -> bytes:
    """Return a PNG of lines with axes and a legend. `log`: the y axis is logarithmic."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(FONT_SIZE * SCALE)
    drawn = [_finite(line, log=log) for line in lines]
    xs = [x for line in drawn for x in line.x] or [0.0, 1.0]
    ys = [y for line in drawn for y in line.y] or [0.0, 1.0]
    plot = _Plot((min(xs), max(xs)), (min(ys), max(ys)))
    for y in (log_ticks if log else ticks)(*plot.y_range):
        label = f"{10**y:.3g}" if log else f"{y:.4g}"
        place = plot.at(plot.x_range[0], y)
        pen.line([place, plot.at(plot.x_range[1], y)], GRID_COLOUR, SCALE)
        pen.text((place[0] - 6 * SCALE, place[1]), label, TEXT_COLOUR, font, anchor="rm")
    for x in ticks(*plot.x_range):
        place = plot.at(x, plot.y_range[0])
        pen.text((place[0], place[1] + 6 * SCALE), f"{x:g}", TEXT_COLOUR, font, anchor="mt")
    bottom = (HEIGHT - 6) * SCALE
    pen.text((WIDTH * SCALE / 2, bottom), x_title, TEXT_COLOUR, font, anchor="ms")
    pen.text((8 * SCALE, 8 * SCALE), y_title, TEXT_COLOUR, font, anchor="lt")
    right = (WIDTH - RIGHT) * SCALE
    for line in reversed(drawn):
        pen.text((right, 8 * SCALE), line.name, line.colour, font, anchor="rt")
        right -= round(pen.textlength(line.name, font)) + 18 * SCALE
        points = [plot.at(x, y) for x, y in zip(line.x, line.y, strict=True)]
        if len(points) > 1:
            pen.line(points, line.colour, 2 * SCALE, joint="curve")
        for x, y in points if len(points) <= 60 else []:
            pen.circle((x, y), 3 * SCALE, line.colour)
    file = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


def _finite(line: Line, *, log: bool) -> Line:
    """The line without values that can't be drawn, in powers of ten for a logarithmic axis."""
    pairs = [
        (x, math.log10(y) if log else y)
        for x, y in zip(line.x, line.y, strict=True)
        if math.isfinite(y) and (y > 0 or not log)
    ]
    return Line(line.name, line.colour, [x for x, _ in pairs], [y for _, y in pairs])


class _Plot:
    """The area of the lines, and the places of values in it."""

    def __init__(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        self.x_range = x_range
        margin = (y_range[1] - y_range[0]) * 0.05 or 0.5
        self.y_range = (y_range[0] - margin, y_range[1] + margin)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a value in the large image."""
        wide = (x - self.x_range[0]) / ((self.x_range[1] - self.x_range[0]) or 1)
        high = (y - self.y_range[0]) / (self.y_range[1] - self.y_range[0])
        left = LEFT + wide * (WIDTH - LEFT - RIGHT)
        top = HEIGHT - BOTTOM - high * (HEIGHT - TOP - BOTTOM)
        return left * SCALE, top * SCALE
