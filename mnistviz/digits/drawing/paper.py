"""The difference of each pixel of a picture from the paper around it."""

import numpy as np
from PIL import Image
from scipy import ndimage

from mnistviz.core.types.arrays import ByteArray, FloatArray

# The paper's colour is the median of a window of this share of the longer side, in a copy of this
# size: wider than a digit's strokes, narrower than the changes of light on a sheet.
PAPER_SIDE, PAPER_WINDOW = 64, 0.45
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


def paper_of(colours: FloatArray) -> FloatArray:
    """Return the colour of the paper `(h, w, 3)` of a picture `(h, w, 3)`, both in [0, 1].

    The median of a wide window of a small copy, for each channel.
    """
    height, width = colours.shape[:2]
    small = reduced(colours, PAPER_SIDE)
    window = int(PAPER_WINDOW * max(small.shape[:2])) | 1
    levels: ByteArray = (small * 255).round().astype(np.uint8)  # fast for bytes
    paper = ndimage.median_filter(levels, (window, window, 1), mode="nearest")
    scaled = paper.astype(np.float32) / np.float32(255)
    return resized(scaled, (width, height), Image.Resampling.BILINEAR)


def difference(colours: FloatArray, paper: FloatArray) -> FloatArray:
    """Return how far each pixel is on the ink's side of the paper: `(h, w)` in [-1, 1].

    The largest difference of a channel, so that red on green and yellow on white are seen. Ink is
    darker or lighter than the paper, whichever is more.
    """
    darker = ndimage.gaussian_filter(paper - colours, (SMOOTHING, SMOOTHING, 0))
    # Ink takes a share of the light, which is less in a shadow.
    light_on_paper = paper.max(axis=-1)
    usual = float(np.median(light_on_paper))
    lit = np.clip(usual / np.maximum(light_on_paper, 1e-3), 1, MAX_SHADE)
    dark, light = darker.max(axis=-1) * lit, (-darker).max(axis=-1)
    # The third power: little ink of great contrast outweighs much grain and shade.
    weights = [(np.clip(each, 0, None) ** 3).sum() for each in (dark, light)]
    ink: FloatArray = dark if weights[0] >= weights[1] else light
    return ink
