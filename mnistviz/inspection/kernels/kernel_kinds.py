"""The kinds of patterns in 3×3 kernels, as shares of their energy.

The nine numbers of a kernel are written in an orthonormal basis of nine patterns
(Frei and Chen 1977, 'Fast boundary detection: a generalization and a new algorithm'),
so the squares of the coefficients add up to the kernel's energy, the sum of its
squared weights. A share is the part of the energy in the patterns of one kind.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincc

from mnistviz.core.thresholds import MAJORITY
from mnistviz.core.types.arrays import DoubleArray, FloatArray

_ROOT = np.sqrt(2)

# Gradient to the right and upwards; two lines; two ripples; then Frei and Chen's two
# Laplacians turned by 45° in their plane: a spot against its surround, and a
# checkerboard. Last the plain average.
BASIS: DoubleArray = np.array(
    [
        np.array([[-1, 0, 1], [-_ROOT, 0, _ROOT], [-1, 0, 1]]) / (2 * _ROOT),
        np.array([[1, _ROOT, 1], [0, 0, 0], [-1, -_ROOT, -1]]) / (2 * _ROOT),
        np.array([[0, 1, 0], [-1, 0, -1], [0, 1, 0]]) / 2,
        np.array([[-1, 0, 1], [0, 0, 0], [1, 0, -1]]) / 2,
        np.array([[0, -1, _ROOT], [1, 0, -1], [-_ROOT, 1, 0]]) / (2 * _ROOT),
        np.array([[_ROOT, -1, 0], [-1, 0, 1], [0, 1, -_ROOT]]) / (2 * _ROOT),
        np.array([[1, -1, 1], [-1, 0, -1], [1, -1, 1]]) / (2 * _ROOT),
        np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]) / (6 * _ROOT),
        np.full((3, 3), 1 / 3),
    ]
)
KINDS = ("gradient", "line", "texture", "spot", "average")
_PATTERNS_OF_KIND = (slice(0, 2), slice(2, 4), slice(4, 7), slice(7, 8), slice(8, 9))
NUM_PATTERNS: dict[str, int] = dict(zip(KINDS, (2, 2, 3, 1, 1), strict=True))

MIXED = "mixed"
EMPTY = "empty"

# Counter-clockwise from 'brighter to the right', one for each sector of 45°.
DIRECTIONS = (
    "right",
    "upper right",
    "up",
    "upper left",
    "left",
    "lower left",
    "down",
    "lower right",
)
# Where an edge of each direction is brighter, in words.
SIDES = {
    "right": "on the right",
    "upper right": "at the upper right",
    "up": "at the top",
    "upper left": "at the upper left",
    "left": "on the left",
    "lower left": "at the lower left",
    "down": "at the bottom",
    "lower right": "at the lower right",
}
# A direction is lacking with less than half of a uniform share of the gradient energy.
LACKING_BELOW = 0.5 / len(DIRECTIONS)

# A deviation from random kernels by more standard deviations than this is not by chance.
DEVIATIONS = 2.0


@dataclass(frozen=True)
class LayerKinds:
    """The kinds of patterns of a layer of 3×3 kernels.

    `shares` are parts of the layer's energy by kind, `chance` their means for random weights;
    `counts` is the number of kernels of each kind and `mixed` and `empty`. `both` kernels have at
    least half of their energy in gradient and texture together; of as many random kernels
    `both_by_chance` would, with the standard deviation `deviation`.
    """

    shares: dict[str, float]
    chance: dict[str, float]
    counts: dict[str, int]
    total: int
    both: int
    both_by_chance: float
    deviation: float


def shares_of(kernel: FloatArray) -> DoubleArray:
    """Shares of energy `(5, inputs, outputs)` of a kernel (3, 3, inputs, outputs), by `KINDS`.

    They add up to 1; where all weights are 0, they are all 0.
    """
    energies = _energies(kernel)
    total = energies.sum(axis=0)
    shares: DoubleArray = np.zeros_like(energies)
    np.divide(energies, total, out=shares, where=total > 0)
    return shares


def _coefficients(kernel: FloatArray) -> DoubleArray:
    coefficients: DoubleArray = np.einsum("pyx,yxio->pio", BASIS, kernel.astype(np.float64))
    return coefficients


def _energies(kernel: FloatArray) -> DoubleArray:
    squares = np.square(_coefficients(kernel))
    return np.stack([squares[patterns].sum(axis=0) for patterns in _PATTERNS_OF_KIND])


def kinds_of(kernel: FloatArray) -> NDArray[np.str_]:
    """The kind of each kernel, (inputs, outputs): one of `KINDS`, `mixed` or `empty`."""
    shares = shares_of(kernel)
    names = np.array([*KINDS, MIXED, EMPTY])
    which = np.where(shares.max(axis=0) >= MAJORITY, shares.argmax(axis=0), len(KINDS))
    return names[np.where(shares.sum(axis=0) > 0, which, len(KINDS) + 1)]


def gradients_of(kernel: FloatArray) -> tuple[DoubleArray, DoubleArray]:
    """Direction and strength of the gradient in each kernel, both (inputs, outputs).

    The direction is that of the gradient, from dark to bright, in degrees from 0 to 360
    counter-clockwise from the right; the strength is the root of the gradient's energy.
    """
    right, up = _coefficients(kernel)[:2]
    return np.degrees(np.arctan2(up, right)) % 360, np.hypot(right, up)


def direction_shares(kernel: FloatArray) -> DoubleArray:
    """The part `(8,)` of the layer's gradient energy in each of `DIRECTIONS`; 0 without any."""
    angles, strengths = gradients_of(kernel)
    size = 360 / len(DIRECTIONS)
    sectors = np.round(angles / size).astype(int) % len(DIRECTIONS)
    energy = np.bincount(
        sectors.ravel(), weights=np.square(strengths).ravel(), minlength=len(DIRECTIONS)
    )
    return energy / (energy.sum() or 1.0)


def brighter_side(angle: float) -> str:
    """Return where an edge whose gradient has this angle, in degrees, is brighter."""
    return SIDES[DIRECTIONS[round(angle * len(DIRECTIONS) / 360) % len(DIRECTIONS)]]


def lacking(shares: DoubleArray) -> list[str]:
    """Names of the directions whose share is below `LACKING_BELOW`."""
    return [name for name, share in zip(DIRECTIONS, shares, strict=True) if share < LACKING_BELOW]


def layer_kinds(kernel: FloatArray) -> LayerKinds:
    """The kinds of patterns of a layer of 3×3 kernels (3, 3, inputs, outputs)."""
    energies = _energies(kernel)
    by_kind = energies.sum(axis=(1, 2))
    found = kinds_of(kernel)
    shares = shares_of(kernel)
    gradient_and_texture = shares[KINDS.index("gradient")] + shares[KINDS.index("texture")]
    expected = majority_by_chance(NUM_PATTERNS["gradient"] + NUM_PATTERNS["texture"])
    return LayerKinds(
        shares=dict(zip(KINDS, (by_kind / (by_kind.sum() or 1.0)).tolist(), strict=True)),
        chance={kind: count / len(BASIS) for kind, count in NUM_PATTERNS.items()},
        counts={name: int((found == name).sum()) for name in (*KINDS, MIXED, EMPTY)},
        total=found.size,
        both=int((gradient_and_texture >= MAJORITY).sum()),
        both_by_chance=expected * found.size,
        deviation=float(np.sqrt(found.size * expected * (1 - expected))),
    )


def majority_by_chance(num_patterns: int) -> float:
    """The probability that so many of nine patterns have half of a random kernel's energy.

    Of nine independent normal weights, the share of k patterns is Beta(k/2, (9-k)/2).
    """
    return float(betaincc(num_patterns / 2, (len(BASIS) - num_patterns) / 2, MAJORITY))


def verdict(found: LayerKinds) -> str:
    """A sentence: whether most kernels of a layer are gradients and textures, beyond chance."""
    counted = (
        "The student who made this network saw mostly edges and textures. "
        f"Here {found.both} of {found.total} kernels have at least half of their strength in "
        "gradients and textures, of random kernels "
        f"{found.both_by_chance:.0f} ± {found.deviation:.0f}"
    )
    deviations = (found.both - found.both_by_chance) / found.deviation
    if found.both <= found.total / 2:
        claim = "the claim does **not** hold for this layer"
    elif deviations > DEVIATIONS:
        claim = "the claim **holds**, and these kernels were learned"
    elif deviations < -DEVIATIONS:
        claim = "random kernels would have **more**"
    else:
        claim = "random kernels would give **about the same**"
    return f"{counted}: {claim}."


def profile(found: LayerKinds) -> str:
    """A sentence: the kinds that a layer has most and least of, compared with random kernels."""
    ratios = {kind: found.shares[kind] / found.chance[kind] for kind in KINDS}
    most, least = max(ratios, key=ratios.__getitem__), min(ratios, key=ratios.__getitem__)
    return (
        f"Compared with random kernels, this layer has much **{most}** ({found.shares[most]:.0%} "
        f"of its strength instead of {found.chance[most]:.0%}) and little **{least}** "
        f"({found.shares[least]:.0%} instead of {found.chance[least]:.0%})."
    )


def sentence(kernel: FloatArray) -> str:
    """One or two sentences on the kinds of a layer's kernels, for kernels of any size."""
    size = kernel.shape[0] * kernel.shape[1]
    if kernel.shape[:2] == (3, 3):
        found = layer_kinds(kernel)
        return f"{profile(found)} {verdict(found)}"
    energy = np.square(kernel.astype(np.float64))
    total = energy.sum() or 1.0
    if size == 1:
        strongest = np.sort(energy.ravel())[::-1].cumsum()
        half = int(np.searchsorted(strongest, MAJORITY * total)) + 1
        return (
            f"Kernels of 1×1 see no pattern. They only mix channels: {np.mean(kernel > 0):.0%} of "
            f"the weights are positive, and the strongest {half} of {kernel.size} have half of "
            "the total strength."
        )
    averages = size * np.square(kernel.astype(np.float64).mean(axis=(0, 1))).sum() / total
    return (
        f"Of the strength of these kernels, {averages:.0%} is in their averages (random kernels: "
        f"{1 / size:.0%}). The rest says where ink speaks for a digit and where against it."
    )
