"""What value the end of a colour scale stands for: a choice called scope."""

from typing import Literal

import numpy as np

from mnistviz.core.types.arrays import FloatArray

# tile: each kernel or channel fills the scale by itself; layer: all tiles of the layer
# share it; all: all layers do.
Scope = Literal["tile", "layer", "all"]


def largest_magnitude(tiles: FloatArray, scope: Scope, largest_of_all: float) -> FloatArray:
    """The magnitude at the end of the scale of each tile `(rows, columns, height, width)`.

    Returns (rows, columns) float32, never 0 and never NaN: a flat tile is drawn
    as its value, not as noise.
    """
    magnitudes = np.where(np.isfinite(tiles), np.abs(tiles), 0)
    if scope == "tile":
        found = magnitudes.max(axis=(2, 3))
    elif scope == "layer":
        found = np.full(tiles.shape[:2], magnitudes.max(initial=0))
    else:
        found = np.full(tiles.shape[:2], largest_of_all)
    return np.where(found > 0, found, 1).astype(np.float32)
