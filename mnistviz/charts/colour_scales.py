"""The colour scales of all charts, and the value at the end of a scale.

Signed values: warm is positive, blue is negative, off-white is zero. Unsigned values: black is
zero, white is the largest. Both can be read on a light and on a dark page.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.core.types.charts import Scope

# Positions in [0, 1] and their colours, in order.
ColourScale = tuple[tuple[float, str], ...]
Rgba = ByteArray

NEGATIVE, NEUTRAL, POSITIVE = "#1c4fa0", "#f6f5f1", "#b93a0a"
# Text on a light square.
DARK_TEXT = "#1b2333"

SIGNED: ColourScale = (
    (0.0, NEGATIVE),
    (0.25, "#86abdd"),
    (0.5, NEUTRAL),
    (0.75, "#f0aa7c"),
    (1.0, POSITIVE),
)
UNSIGNED: ColourScale = ((0.0, "#000000"), (1.0, "#ffffff"))
# The warm half of the signed scale, for amounts that are better small.
MISTAKES: ColourScale = tuple((2 * position - 1, colour) for position, colour in SIGNED[2:])
# Green, which is the colour of neither sign.
COVERAGE: ColourScale = ((0.0, NEUTRAL), (0.25, "#b5dcbd"), (1.0, "#1b6b2b"))


def largest_magnitude(tiles: FloatArray, scope: Scope, largest_of_all: float) -> FloatArray:
    """Return the magnitude at the end of the scale of each tile `(rows, columns, height, width)`.

    The result is (rows, columns) float32, never 0 and never NaN: a tile of equal values is drawn
    in the colour of its value. `largest_of_all` is the result for the scope "all".
    """
    magnitudes = np.where(np.isfinite(tiles), np.abs(tiles), 0)
    if scope == "tile":
        largest = magnitudes.max(axis=(2, 3))
    elif scope == "layer":
        largest = np.full(tiles.shape[:2], magnitudes.max(initial=0))
    else:
        largest = np.full(tiles.shape[:2], largest_of_all)
    return np.where(largest > 0, largest, 1).astype(np.float32)


def relative(tiles: FloatArray, largest: FloatArray) -> FloatArray:
    """Return tiles `(rows, columns, height, width)` divided by their `largest` (rows, columns)."""
    result: FloatArray = tiles / largest[..., np.newaxis, np.newaxis]
    return result


def largest_of(values: NDArray[Any], default: float = 1.0) -> float:
    """Return the largest finite magnitude of an array, or `default` if there is none above 0."""
    return float(np.where(np.isfinite(values), np.abs(values), 0).max(initial=0)) or default


def heatmap(
    values: NDArray[Any], *, signed: bool, largest: float = 1, **settings: Any
) -> go.Heatmap:
    """Return a heatmap of values `(height, width)` on one of the two scales.

    `largest` is the magnitude at the end of the scale, `settings` are further ones of the trace.
    """
    return go.Heatmap(
        {
            "z": values,
            "colorscale": SIGNED if signed else UNSIGNED,
            "zmin": -largest if signed else 0,
            "zmax": largest,
            "showscale": False,
            **settings,
        }
    )


def coloured(values: FloatArray, *, signed: bool) -> Rgba:
    """Return the colours `(..., 4)` uint8 of values `(...)` in [-1, 1] (signed) or [0, 1].

    A value that is not finite is transparent.
    """
    positions, names = zip(*(SIGNED if signed else UNSIGNED), strict=True)
    colours = np.array([list(bytes.fromhex(name[1:])) for name in names])
    finite = np.isfinite(values)
    numbers = np.where(finite, values, 0).astype(np.float64)
    position = (numbers + 1) / 2 if signed else numbers
    channels = [np.interp(position, positions, colours[:, channel]) for channel in range(3)]
    alpha = np.where(finite, 255, 0)
    return np.stack([*channels, alpha], axis=-1).round().astype(np.uint8)
