"""Drawings for tests: strokes, their ink, and encoded pictures."""

import io
from typing import Any

import numpy as np
from PIL import Image

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.strokes import Strokes, render


def line(*points: tuple[float, float]) -> FloatArray:
    """A stroke `(n, 2)` through points (x, y)."""
    return np.array(points, np.float32)


def ink_of(*lines: FloatArray, brush: float = 18, side: int = 280) -> FloatArray:
    """The ink `(side, side)` in [0, 1] of strokes."""
    return render(Strokes(side, side, brush, lines))


def centre_of_mass(image: FloatArray) -> tuple[float, float]:
    """(x, y) in pixels."""
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]]
    return float((image * x).sum() / image.sum()), float((image * y).sum() / image.sum())


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A picture file of a format by Pillow's name."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
