"""Image corruptions with a level, for robustness curves: the registry `CORRUPTIONS`.

A corruption takes images `(n, 28, 28)` float32 in [0, 1], 0 = background, a level and a seed, and
returns images of the same shape, type and range. At the neutral level it returns its input. After
Hendrycks and Dietterich 2019, "Benchmarking neural network robustness".

To add a corruption, write its function and an entry of `_ALL`: page, command line and tests use
the registry.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mnistviz.core.constants import IMAGE_SIZE, MAX_ROTATION, MAX_SHIFT, MAX_STRETCH
from mnistviz.core.types.arrays import FloatArray

SEED = 0

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """One kind of corruption.

    Attributes:
        name: Name on the command line and in files.
        title, description: Label and help text on the page.
        unit: Unit of the level, as words after a number.
        levels: Levels of the robustness curve, ascending.
        neutral: The level that changes nothing.
        step: Step of the slider.
        function: Returns the corrupted images for images, level and seed.
        trained_range: Returns the levels that augmentation of a strength covers; None: none.
    """

    name: str
    title: str
    unit: str
    levels: tuple[float, ...]
    neutral: float
    step: float
    description: str
    function: Callable[[FloatArray, float, int], FloatArray]
    trained_range: Callable[[float], Range] | None = None

    def apply(self, images: FloatArray, level: float, seed: int = SEED) -> FloatArray:
        """Return corrupted images `(n, 28, 28)`; random parts depend on seed and position."""
        if level == self.neutral:
            return images
        corrupted = self.function(images, level, seed)
        clipped: FloatArray = np.clip(corrupted, 0, 1).astype(np.float32)
        return clipped


# ---------------------------------------------------------------- functions


def scale(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Scale about the centre by the factor `level`."""
    middle = (IMAGE_SIZE - 1) / 2
    offset = middle - middle / level
    corrupted: FloatArray = ndimage.affine_transform(
        images, (1, 1 / level, 1 / level), (0, offset, offset), order=1
    )
    return corrupted


def thicken(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Dilate strokes by `level` pixels on each side, or erode; fractions are interpolated."""
    filtered = ndimage.grey_dilation if level > 0 else ndimage.grey_erosion

    def grow(radius: int) -> FloatArray:
        if not radius:
            return images
        across = np.arange(-radius, radius + 1)
        disc = across**2 + across[:, np.newaxis] ** 2 <= radius**2
        grown: FloatArray = filtered(images, footprint=disc[np.newaxis])
        return grown

    whole, part = divmod(abs(level), 1)
    mixed: FloatArray = (1 - part) * grow(int(whole)) + part * grow(int(np.ceil(abs(level))))
    return mixed


def add_noise(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Add Gaussian noise with the standard deviation `level`, the same for every level."""
    noise = np.random.default_rng(seed).standard_normal(images.shape, np.float32)
    noisy: FloatArray = images + np.float32(level) * noise
    return noisy


def occlude(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Cover each image with a background square, `level` pixels wide, at a random place."""
    size = round(level)
    generator = np.random.default_rng(seed)
    # The ink is in the middle 20 pixels.
    middles = generator.integers(4, IMAGE_SIZE - 4, (len(images), 2, 1))
    places = np.arange(IMAGE_SIZE)
    start = middles - size // 2
    rows, columns = ((places >= start) & (places < start + size)).swapaxes(0, 1)
    covered = rows[:, :, np.newaxis] & columns[:, np.newaxis, :]
    return np.where(covered, np.float32(0), images)


def symmetric(limit: float) -> Callable[[float], Range]:
    """Return the function from a strength to the levels up to `limit` times it on both sides."""
    return lambda strength: (-limit * strength, limit * strength)


# ---------------------------------------------------------------- registry

_ALL = (
    Corruption(
        name="shift-right",
        title="Shift sideways",
        unit="pixels to the right",
        levels=(-10, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 10),
        neutral=0,
        step=0.5,
        description="The whole digit moves; what leaves the picture is lost.",
        function=lambda images, level, _: ndimage.shift(images, (0, 0, level), order=1),
        trained_range=symmetric(MAX_SHIFT),
    ),
    Corruption(
        name="shift-down",
        title="Shift up and down",
        unit="pixels down",
        levels=(-10, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 10),
        neutral=0,
        step=0.5,
        description="The whole digit moves; what leaves the picture is lost.",
        function=lambda images, level, _: ndimage.shift(images, (0, level, 0), order=1),
        trained_range=symmetric(MAX_SHIFT),
    ),
    Corruption(
        name="rotation",
        title="Rotation",
        unit="degrees anticlockwise",
        levels=(-90, -60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60, 90),
        neutral=0,
        step=1.0,
        description="Turned about the middle. Far enough, a 6 is a 9 and nobody can tell.",
        function=lambda images, level, _: ndimage.rotate(
            images, level, axes=(1, 2), reshape=False, order=1
        ),
        trained_range=symmetric(MAX_ROTATION),
    ),
    Corruption(
        name="scale",
        title="Size",
        unit="times as large",
        levels=(0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6),
        neutral=1.0,
        step=0.05,
        description="Larger or smaller about the middle. From 1.4 on, ends of the digit leave the "
        "picture.",
        function=scale,
        trained_range=lambda strength: (
            math.exp(-MAX_STRETCH * strength),
            math.exp(MAX_STRETCH * strength),
        ),
    ),
    Corruption(
        name="thickness",
        title="Thickness",
        unit="pixels wider on each side",
        levels=(-1.0, -0.75, -0.5, -0.25, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0),
        neutral=0.0,
        step=0.25,
        description="Every stroke gets wider or thinner. Wide ones close the holes of 8 and 9.",
        function=thicken,
    ),
    Corruption(
        name="blur",
        title="Blur",
        unit="pixels (standard deviation)",
        levels=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0),
        neutral=0.0,
        step=0.25,
        description="Out of focus: a Gaussian blur.",
        function=lambda images, level, _: ndimage.gaussian_filter(images, (0, level, level)),
    ),
    Corruption(
        name="noise",
        title="Noise",
        unit="of full ink (standard deviation)",
        levels=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0),
        neutral=0.0,
        step=0.05,
        description="Each pixel gets a random amount more or less ink.",
        function=add_noise,
    ),
    Corruption(
        name="contrast",
        title="Contrast",
        unit="of the full contrast",
        levels=(-1.0, -0.6, -0.3, -0.1, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0),
        neutral=1.0,
        step=0.05,
        description="Ink and paper both turn grey. Below 0 they have changed places: black on "
        "white.",
        function=lambda images, level, _: 0.5 + np.float32(level) * (images - np.float32(0.5)),
    ),
    Corruption(
        name="occlusion",
        title="Occlusion",
        unit="pixels wide",
        levels=(0, 4, 6, 8, 10, 12, 14, 16, 20),
        neutral=0,
        step=1.0,
        description="A square of paper, at a random place of each image, covers a part of the "
        "digit.",
        function=occlude,
    ),
)

CORRUPTIONS = {corruption.name: corruption for corruption in _ALL}
