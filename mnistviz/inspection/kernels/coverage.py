"""The patterns that the kernels of a layer cover: gradient directions, lines, textures. NumPy only.

The patterns are those of `kernel_kinds` (Frei and Chen 1977), gradients by
eight directions, lines by four.
"""

import numpy as np

from mnistviz.core.types.arrays import DoubleArray, FloatArray
from mnistviz.core.types.inspection import LayerCoverage
from mnistviz.inspection.kernels.kernel_kinds import (
    BASIS,
    DIRECTIONS,
    direction_shares,
    gradients_of,
    kinds_of,
)

# Bright lines, an eighth of a full turn apart in the plane of the two patterns of lines.
LINES = ("upright", "rising", "level", "falling")
TEXTURES = ("ripple", "turned ripple", "checkerboard")
_NUM_OF_KIND = {"gradient": len(DIRECTIONS), "line": len(LINES), "texture": len(TEXTURES)}


def coverage_of(layer: str, kernel: FloatArray) -> LayerCoverage:
    """The patterns that a layer of 3×3 kernels (3, 3, inputs, outputs) covers."""
    coefficients = np.einsum("pyx,yxio->pio", BASIS, kernel.astype(np.float64))
    sector = np.round(gradients_of(kernel)[0] / (360 / len(DIRECTIONS))).astype(int)
    upright, rising = coefficients[2:4]
    quarter = np.round(np.degrees(np.arctan2(rising, upright)) / 90).astype(int)
    ripples = np.square(coefficients[4:7])
    which = {
        "gradient": sector % len(DIRECTIONS),
        "line": quarter % len(LINES),
        "texture": ripples.argmax(axis=0),
    }
    line_energy: DoubleArray = np.bincount(
        which["line"].ravel(), np.square(coefficients[2:4]).sum(axis=0).ravel(), len(LINES)
    ).astype(np.float64)
    shares = {
        "gradient": direction_shares(kernel),
        "line": _parts(line_energy),
        "texture": _parts(ripples.sum(axis=(1, 2))),
    }
    kinds = kinds_of(kernel)
    # For each pattern, the number of channels with at least one kernel of mainly that pattern.
    channels = [
        int(((kinds == kind) & (which[kind] == number)).any(axis=0).sum())
        for kind, count in _NUM_OF_KIND.items()
        for number in range(count)
    ]
    return LayerCoverage(
        layer=layer,
        channels=kernel.shape[-1],
        shares=tuple(np.concatenate([shares[kind] for kind in _NUM_OF_KIND]).tolist()),
        holders=tuple(channels),
    )


def _parts(energy: DoubleArray) -> DoubleArray:
    parts: DoubleArray = energy / (energy.sum() or 1.0)
    return parts
