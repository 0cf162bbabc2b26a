"""Find the ink in a drawing or a scan, whose paper is as even as its border."""

import numpy as np

from mnistviz.core.types.arrays import FloatArray

# The border of a drawn or scanned sheet is even except where a digit touches it. The border of a
# photo is not, and ruled lines meet it many times.
MAX_BORDER_DEVIATION, MIN_EVEN_SHARE, MAX_BORDER_TOUCHES = 0.02, 0.9, 3
# The grain of an empty sheet, scanned or compressed as JPEG, spans less of the range.
MIN_CONTRAST = 0.1
# The paper's grain and shade reach so many of their median deviations.
GRAIN_DEVIATIONS = 3


def is_drawn(colours: FloatArray) -> bool:
    """Return whether the border of a picture `(h, w, 3)` in [0, 1] is as even as a drawing's."""
    border = _border(colours)
    uneven = np.abs(border - np.median(border, axis=0)).max(axis=-1) > MAX_BORDER_DEVIATION
    num_touches = int((uneven[1:] & ~uneven[:-1]).sum())
    return bool(uneven.mean() <= 1 - MIN_EVEN_SHARE and num_touches <= MAX_BORDER_TOUCHES)


def ink_on_even_paper(colours: FloatArray) -> FloatArray:
    """Return the ink `(h, w)` float32 in [0, 1] of colours `(h, w, 3)` in [0, 1].

    The paper's colour is the median of the border; ink is the largest difference of a channel,
    darker or lighter than the paper, whichever is larger.
    """
    border = _border(colours)
    paper = np.median(border, axis=0)
    darker = (paper - colours).astype(np.float32)
    is_darker = darker.max() > -darker.min()
    sign = np.float32(1 if is_darker else -1)
    ink: FloatArray = (sign * darker).max(axis=-1)
    grain = GRAIN_DEVIATIONS * np.median(np.abs(border - paper).max(axis=-1))
    max_ink = ink.max() - grain
    if max_ink < MIN_CONTRAST:
        return np.zeros(ink.shape, np.float32)
    stretched: FloatArray = np.clip((ink - grain) / max_ink, 0, 1).astype(np.float32)
    return stretched


def _border(colours: FloatArray) -> FloatArray:
    return np.concatenate([colours[0], colours[-1], colours[1:-1, 0], colours[1:-1, -1]])
