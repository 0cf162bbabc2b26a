"""Find the ink in a drawing or a scan, whose paper is as even as its border."""

from typing import TypeVar

import numpy as np
from scipy import ndimage

from mnistviz.core.types.arrays import BoolArray, FloatArray, IntArray
from mnistviz.digits.drawing.ruling import frames

Values = TypeVar("Values", FloatArray, IntArray)

# The border of a drawn or scanned sheet is even except where a digit touches it. The border of a
# photo is not, and ruled lines meet it many times.
MAX_BORDER_DEVIATION, MIN_EVEN_SHARE, MAX_BORDER_TOUCHES = 0.02, 0.9, 3
# The grain of an empty sheet, scanned or compressed as JPEG, spans less of the range.
MIN_CONTRAST = 0.1
# The paper's grain and shade reach so many of their median deviations.
GRAIN_DEVIATIONS = 3
# The border is a frame, of a form or of the cell of a table, if most of the picture differs from it
# by this much.
MIN_FRAME_CONTRAST = 0.2
# Pixels with so much ink belong to frames.
INK_LEVEL = 0.2


def is_drawn(colours: FloatArray) -> bool:
    """Return whether the border of a picture `(h, w, 3)` in [0, 1] is as even as a drawing's."""
    border = _border(colours)
    uneven = np.abs(border - np.median(border, axis=0)).max(axis=-1) > MAX_BORDER_DEVIATION
    num_touches = int((uneven[1:] & ~uneven[:-1]).sum())
    return bool(uneven.mean() <= 1 - MIN_EVEN_SHARE and num_touches <= MAX_BORDER_TOUCHES)


def ink_on_even_paper(colours: FloatArray) -> FloatArray:
    """Return the ink `(h, w)` float32 in [0, 1] of colours `(h, w, 3)` in [0, 1].

    The paper's colour is the median of the border, or of the whole picture if the border is a
    frame; ink is the largest difference of a channel, darker or lighter than the paper, whichever
    is larger. Frames around a digit are omitted.
    """
    border = _border(colours)
    paper = np.median(border, axis=0)
    inside = np.median(colours, axis=(0, 1))
    if np.abs(paper - inside).max() > MIN_FRAME_CONTRAST:
        away = np.abs(inside - colours).max(axis=-1)
        framed = np.where(_at_edge(away > MIN_CONTRAST)[..., np.newaxis], inside, colours)
        ink = _stretched(framed - inside, 0.0)
        # A digit that fills its picture is no frame.
        if ink.any():
            return _without_frames(ink)
    grain = GRAIN_DEVIATIONS * float(np.median(np.abs(border - paper).max(axis=-1)))
    return _without_frames(_stretched(colours - paper, grain))


def _stretched(lighter: FloatArray, grain: float) -> FloatArray:
    """The ink in how much lighter than the paper each channel is, from 0 at the grain to 1."""
    sign = 1 if lighter.max() > -lighter.min() else -1
    ink = (sign * lighter).max(axis=-1)
    max_ink = ink.max() - grain
    if max_ink < MIN_CONTRAST:
        return np.zeros(ink.shape, np.float32)
    stretched: FloatArray = np.clip((ink - grain) / max_ink, 0, 1).astype(np.float32)
    return stretched


def _at_edge(visible: BoolArray) -> BoolArray:
    """The connected pixels at the picture's edge, and their soft edge."""
    labels, _ = ndimage.label(visible, np.ones((3, 3)))
    found: BoolArray = np.isin(labels, _border(labels))
    edge: BoolArray = ndimage.binary_dilation(found & visible)
    return edge


def _without_frames(ink: FloatArray) -> FloatArray:
    labels, number = ndimage.label(ink > INK_LEVEL, np.ones((3, 3)))
    are_frames = frames(labels, number)
    if not are_frames.any():
        return ink
    printed = np.concatenate([[False], are_frames])[labels]
    rest: FloatArray = np.where(ndimage.binary_dilation(printed), np.float32(0), ink)
    return rest


def _border(values: Values) -> Values:
    """The values `(n, …)` of the pixels at the edge of a picture `(h, w, …)`."""
    return np.concatenate([values[0], values[-1], values[1:-1, 0], values[1:-1, -1]])
