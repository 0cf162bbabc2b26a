"""Ways to spoil an image, each with a dial: what a network stands is measured with them.

Each takes images `(n, 28, 28)` float32 in [0, 1], 0 = paper, a level and a seed, and returns images
of the same shape, type and range. At the neutral level it returns what it was given. After
Hendrycks and Dietterich 2019, "Benchmarking neural network robustness".
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import SpecError
from mnistviz.core.types.arrays import FloatArray

SEED = 0


@dataclass(frozen=True)
class Distortion:
    """One way to spoil images: `levels` are measured, the dial goes over them in `step`s."""

    name: str
    title: str
    unit: str
    levels: tuple[float, ...]
    neutral: float
    step: float
    what: str
    change: Callable[[FloatArray, float, int], FloatArray]

    def apply(self, images: FloatArray, level: float, seed: int = SEED) -> FloatArray:
        """Spoil images `(n, 28, 28)`; what chance decides is decided by seed and place."""
        if level == self.neutral:
            return images
        changed: FloatArray = np.clip(self.change(images, level, seed), 0, 1).astype(np.float32)
        return changed


def shift_right(images: FloatArray, level: float, seed: int) -> FloatArray:
    changed: FloatArray = ndimage.shift(images, (0, 0, level), order=1)
    return changed


def shift_down(images: FloatArray, level: float, seed: int) -> FloatArray:
    changed: FloatArray = ndimage.shift(images, (0, level, 0), order=1)
    return changed


def rotate(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Anticlockwise about the middle, in degrees."""
    changed: FloatArray = ndimage.rotate(images, level, axes=(1, 2), reshape=False, order=1)
    return changed


def scale(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Larger or smaller about the middle; each place reads where it came from."""
    middle = (IMAGE_SIZE - 1) / 2
    offset = middle - middle / level
    changed: FloatArray = ndimage.affine_transform(
        images, (1, 1 / level, 1 / level), (0, offset, offset), order=1
    )
    return changed


def thicken(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Strokes wider by `level` pixels on each side, or thinner; between whole ones a mixture."""
    filtered = ndimage.grey_dilation if level > 0 else ndimage.grey_erosion

    def by(radius: int) -> FloatArray:
        if not radius:
            return images
        across = np.arange(-radius, radius + 1)
        disc = across**2 + across[:, np.newaxis] ** 2 <= radius**2
        grown: FloatArray = filtered(images, footprint=disc[np.newaxis])
        return grown

    whole, part = divmod(abs(level), 1)
    mixed: FloatArray = (1 - part) * by(int(whole)) + part * by(int(np.ceil(abs(level))))
    return mixed


def blur(images: FloatArray, level: float, seed: int) -> FloatArray:
    changed: FloatArray = ndimage.gaussian_filter(images, (0, level, level))
    return changed


def add_noise(images: FloatArray, level: float, seed: int) -> FloatArray:
    """The same noise at each level, only stronger."""
    noise = np.random.default_rng(seed).standard_normal(images.shape, np.float32)
    noisy: FloatArray = images + np.float32(level) * noise
    return noisy


def lower_contrast(images: FloatArray, level: float, seed: int) -> FloatArray:
    """Towards an even grey at 0; below it ink is paper and paper ink."""
    changed: FloatArray = 0.5 + np.float32(level) * (images - np.float32(0.5))
    return changed


def occlude(images: FloatArray, level: float, seed: int) -> FloatArray:
    """A square of paper over each image, `level` pixels wide, in the same place at each level."""
    size = round(level)
    generator = np.random.default_rng(seed)
    # In the box of 20 pixels that holds the ink.
    middles = generator.integers(4, IMAGE_SIZE - 4, (len(images), 2, 1))
    places = np.arange(IMAGE_SIZE)
    start = middles - size // 2
    rows, columns = ((places >= start) & (places < start + size)).swapaxes(0, 1)
    covered = rows[:, :, np.newaxis] & columns[:, np.newaxis, :]
    return np.where(covered, np.float32(0), images)


_ALL = (
    Distortion(
        "shift-right",
        "Shift sideways",
        "pixels to the right",
        (-10, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 10),
        0,
        0.5,
        "The whole digit moves; what leaves the picture is lost.",
        shift_right,
    ),
    Distortion(
        "shift-down",
        "Shift up and down",
        "pixels down",
        (-10, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 10),
        0,
        0.5,
        "The whole digit moves; what leaves the picture is lost.",
        shift_down,
    ),
    Distortion(
        "rotation",
        "Rotation",
        "degrees anticlockwise",
        (-90, -60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60, 90),
        0,
        1.0,
        "Turned about the middle. Far enough, a 6 is a 9 and nobody can tell.",
        rotate,
    ),
    Distortion(
        "scale",
        "Size",
        "times as large",
        (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6),
        1.0,
        0.05,
        "Larger or smaller about the middle. From 1.4 on, ends of the digit leave the picture.",
        scale,
    ),
    Distortion(
        "thickness",
        "Thickness",
        "pixels wider on each side",
        (-1.0, -0.75, -0.5, -0.25, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0),
        0.0,
        0.25,
        "Every stroke gets wider or thinner. Wide ones close the holes of 8 and 9.",
        thicken,
    ),
    Distortion(
        "blur",
        "Blur",
        "pixels (standard deviation)",
        (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0),
        0.0,
        0.25,
        "Out of focus: a Gaussian blur.",
        blur,
    ),
    Distortion(
        "noise",
        "Noise",
        "of full ink (standard deviation)",
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0),
        0.0,
        0.05,
        "Each pixel gets a random amount more or less ink.",
        add_noise,
    ),
    Distortion(
        "contrast",
        "Contrast",
        "of the full contrast",
        (-1.0, -0.6, -0.3, -0.1, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0),
        1.0,
        0.05,
        "Ink and paper both turn grey. Below 0 they have changed places: black on white.",
        lower_contrast,
    ),
    Distortion(
        "occlusion",
        "Occlusion",
        "pixels wide",
        (0, 4, 6, 8, 10, 12, 14, 16, 20),
        0,
        1.0,
        "A square of paper, at a random place of each image, covers a part of the digit.",
        occlude,
    ),
)

DISTORTIONS = {one.name: one for one in _ALL}


def find_distortion(name: str) -> Distortion:
    """The distortion of that name. Raises `SpecError` with the names there are."""
    if name not in DISTORTIONS:
        raise SpecError(f"distortion: expected one of {', '.join(DISTORTIONS)}, got {name!r}")
    return DISTORTIONS[name]
