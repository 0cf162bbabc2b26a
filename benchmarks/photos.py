"""Simulated photos of paper sheets with MNIST digits."""

import numpy as np
from PIL import Image, ImageFilter

from mnistviz.core.types.arrays import FloatArray

KINDS = (
    "plain",
    "shade",
    "shadow",
    "lined",
    "lined shadow",
    "grid",
    "dark lines",
    "light ink shade",
    "perspective shade",
    "lined perspective shadow",
)


def photo(
    digit: FloatArray, kind: str, rng: np.random.Generator, size: tuple[int, int] = (900, 1200)
) -> Image.Image:
    """Return a grey photo of a digit `(28, 28)`; `kind` is one of `KINDS`."""
    height, width = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    page = _paper(x, y, kind, rng)
    side = int(rng.uniform(0.35, 0.6) * height)
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    ink = np.clip((np.asarray(large) - 0.35) / 0.3, 0, 1)
    top, left = (
        int(rng.integers(int(0.1 * room), int(0.9 * room) - side)) for room in (height, width)
    )
    place = np.s_[top : top + side, left : left + side]
    if "light ink" in kind:
        page[:] = 0.12
        page[place] += 0.65 * ink
    else:
        page[place] *= 1 - rng.uniform(0.55, 0.8) * ink
    sheet = Image.fromarray(
        (page * _light(x / width, y / height, kind, rng) * 255).astype(np.uint8)
    )
    if "perspective" in kind:
        shares = rng.uniform(0, 0.07, (4, 2)) * (width, height)
        corners = np.array([(0, 0), (0, height), (width, height), (width, 0)])
        quad = corners + shares * np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
        sheet = sheet.transform(
            (width, height),
            Image.Transform.QUAD,
            quad.ravel().tolist(),
            Image.Resampling.BICUBIC,
        )
    sheet = sheet.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2)))
    grain = rng.normal(0, rng.uniform(2, 8), (height, width))
    return Image.fromarray((np.asarray(sheet) + grain).clip(0, 255).astype(np.uint8))


def _paper(x: FloatArray, y: FloatArray, kind: str, rng: np.random.Generator) -> FloatArray:
    page = np.full(x.shape, 0.86, np.float32)
    if "line" in kind or "grid" in kind:
        pitch, tilt = rng.uniform(60, 90), np.tan(np.radians(rng.uniform(-2, 2)))
        contrast = 0.45 if "dark" in kind else rng.uniform(0.15, 0.3)
        page -= contrast * ((y + tilt * x) % pitch < 2.5)
        if "grid" in kind:
            page -= contrast * ((x - tilt * y) % pitch < 2.5)
    return page


def _light(x: FloatArray, y: FloatArray, kind: str, rng: np.random.Generator) -> FloatArray:
    light = np.ones_like(x)
    if "shad" in kind:
        turn = rng.uniform(0, 2 * np.pi)
        ramp = np.cos(turn) * x + np.sin(turn) * y
        light = 0.65 + 0.35 * (ramp - ramp.min()) / np.ptp(ramp)
    if "shadow" in kind:
        turn = rng.uniform(0, 2 * np.pi)
        edge = np.cos(turn) * (x - rng.uniform(0.3, 0.7)) + np.sin(turn) * (
            y - rng.uniform(0.3, 0.7)
        )
        light = light * (1 - 0.4 / (1 + np.exp(-edge * 125)))
    return light.astype(np.float32)
