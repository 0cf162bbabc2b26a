"""The two charts of an answer on the Draw page, each made once and then shown with other values.

Plotly and the colours of the page take 0.7 ms for each of them, and every stroke draws both. Only
the settings of the trace that depend on the drawing are replaced here, in 0.02 ms.
"""

import functools

import numpy as np

from mnistviz.charts.appearance import Appearance
from mnistviz.charts.compat import PreparedFigure, to_streamlit
from mnistviz.charts.digit_images import bar_settings, image_figure, probability_figure
from mnistviz.core.constants import DIGIT_NAMES, IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray

# The hover text has three.
PIXEL_DECIMALS = 4


def prepared_image(image: FloatArray, height: int, appearance: Appearance) -> PreparedFigure:
    """Return `image_figure` of an image `(28, 28)` in [0, 1], its values with four decimals."""
    return _blank_image(height, appearance).with_values(z=image.round(PIXEL_DECIMALS))


def prepared_bars(
    probabilities: FloatArray,
    height: int,
    appearance: Appearance,
    *,
    answered: bool = True,
    class_names: tuple[str, ...] = DIGIT_NAMES,
) -> PreparedFigure:
    """Return `probability_figure` of probabilities `(10,)`, all bars grey if not answered."""
    settings = bar_settings(probabilities, answered=answered)
    return _blank_bars(height, appearance, class_names).with_values(**settings)


@functools.cache
def _blank_image(height: int, appearance: Appearance) -> PreparedFigure:
    return to_streamlit(
        image_figure(np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32), height), appearance
    )


@functools.lru_cache(maxsize=64)
def _blank_bars(
    height: int, appearance: Appearance, class_names: tuple[str, ...]
) -> PreparedFigure:
    blank = np.zeros(len(class_names), np.float32)
    return to_streamlit(probability_figure(blank, height, class_names), appearance)
