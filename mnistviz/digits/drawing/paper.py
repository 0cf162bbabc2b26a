"""The difference of each pixel of a picture from the paper around it."""

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

from mnistviz.core.types.arrays import ByteArray, FloatArray

# The paper's colour is the median of a window of this share of the longer side, in a copy of this
# size: wider than a digit's strokes, narrower than the changes of light on a sheet.
PAPER_SIDE, PAPER_WINDOW = 64, 0.45
# In a shadow with an edge, the median is that of the paper beside it. There, the paper is what is
# left without strokes, which are narrower than the share; in a copy of this size, blurred by so
# many pixels.
SHADOW_SIDE, STROKE_WINDOW, SHADOW_BLUR = 256, 0.2, 1.0
# Blur against single noisy pixels, in pixels.
SMOOTHING = 0.7
# Dark ink in a shadow is made at most so many times as strong.
MAX_SHADE = 2.5


def resized(
    values: FloatArray, size: tuple[int, int], how: Image.Resampling = Image.Resampling.BOX
) -> FloatArray:
    """Return `(h, w)` or `(h, w, channels)` float32 scaled to a size (width, height)."""
    if values.ndim == 2:
        return np.asarray(Image.fromarray(values).resize(size, how), np.float32)
    channels = [resized(np.ascontiguousarray(values[..., n]), size, how) for n in range(3)]
    return np.stack(channels, axis=-1)


def reduced(colours: FloatArray, side: int) -> FloatArray:
    """Return a picture `(h, w, 3)` with at most `side` pixels on its longer side."""
    height, width = colours.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return colours
    return resized(colours, (max(1, round(width * scale)), max(1, round(height * scale))))


def papers_of(colours: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the colour of the paper `(h, w, 3)` of a picture `(h, w, 3)` in [0, 1], twice.

    The first is that under dark ink, the second under light ink: the median of a wide window, for
    each channel, or what is left of the picture without dark or light strokes, where that is darker
    or lighter.
    """
    usual = _median(colours)
    darkest = _without_strokes(colours, ndimage.grey_closing)
    lightest = _without_strokes(colours, ndimage.grey_opening)
    return np.minimum(usual, darkest), np.maximum(usual, lightest)


def _median(colours: FloatArray) -> FloatArray:
    height, width = colours.shape[:2]
    small = reduced(colours, PAPER_SIDE)
    window = int(PAPER_WINDOW * max(small.shape[:2])) | 1
    levels: ByteArray = (small * 255).round().astype(np.uint8)  # fast for bytes
    paper = ndimage.median_filter(levels, (window, window, 1), mode="nearest")
    scaled = paper.astype(np.float32) / np.float32(255)
    return resized(scaled, (width, height), Image.Resampling.BILINEAR)


def _without_strokes(colours: FloatArray, way: Callable[..., FloatArray]) -> FloatArray:
    """The picture `(h, w, 3)` without dark strokes (closing) or without light ones (opening)."""
    height, width = colours.shape[:2]
    small = ndimage.gaussian_filter(reduced(colours, SHADOW_SIDE), (SHADOW_BLUR, SHADOW_BLUR, 0))
    window = int(STROKE_WINDOW * max(small.shape[:2])) | 1
    # Beyond the edge, the picture goes on as it is there: mirrored, shade at the edge would be ink.
    padded = np.pad(small, ((window, window), (window, window), (0, 0)), mode="edge")
    paper = way(padded, (window, window, 1))[window:-window, window:-window]
    return resized(paper, (width, height), Image.Resampling.BILINEAR)


def difference(
    colours: FloatArray, dark_paper: FloatArray, light_paper: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far each pixel is on the ink's side of the paper, `(h, w)`, and that paper.

    The largest difference of a channel, so that red on green and yellow on white are seen. Ink is
    darker or lighter than the paper, whichever is more. The median is 0, as most is paper.
    """
    blur = (SMOOTHING, SMOOTHING, 0)
    dark = ndimage.gaussian_filter(dark_paper - colours, blur).max(axis=-1)
    light = ndimage.gaussian_filter(colours - light_paper, blur).max(axis=-1)
    # Ink takes a share of the light, which is less in a shadow.
    light_on_paper = dark_paper.max(axis=-1)
    usual = float(np.median(light_on_paper))
    dark *= np.clip(usual / np.maximum(light_on_paper, 1e-3), 1, MAX_SHADE)
    dark, light = (each - np.median(each) for each in (dark, light))
    # The third power: little ink of great contrast outweighs much grain and shade.
    weights = [(np.clip(each, 0, None) ** 3).sum() for each in (dark, light)]
    return (dark, dark_paper) if weights[0] >= weights[1] else (light, light_paper)
