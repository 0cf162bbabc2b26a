"""The shared colour scales as arrays, for pictures that are drawn pixel by pixel."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnistviz.charts.theme import AMOUNT, SIGNED
from mnistviz.core.rows import FloatArray

Rgba = NDArray[np.uint8]


def coloured(picture: FloatArray, *, signed: bool) -> Rgba:
    """Colours `(height, width, 4)` uint8 of values in [-1, 1] (signed) or [0, 1]; NaN is clear."""
    scale = SIGNED if signed else AMOUNT
    stops = [float(str(stop)) for stop, _ in scale]
    colours = np.array(
        [[int(str(colour)[place : place + 2], 16) for place in (1, 3, 5)] for _, colour in scale]
    )
    shown = np.isfinite(picture)
    values = np.where(shown, picture, 0).astype(np.float64)
    position = (values + 1) / 2 if signed else values
    channels = [np.interp(position, stops, colours[:, channel]) for channel in range(3)]
    alpha = np.where(shown, 255, 0)
    return np.stack([*channels, alpha], axis=-1).round().astype(np.uint8)


def as_png(colours: Rgba) -> bytes:
    """A PNG file, one pixel a value."""
    target = io.BytesIO()
    Image.fromarray(colours).save(target, "PNG")
    return target.getvalue()


def as_data_uri(colours: Rgba) -> str:
    """A PNG as an address that holds the picture itself."""
    return "data:image/png;base64," + base64.b64encode(as_png(colours)).decode("ascii")
