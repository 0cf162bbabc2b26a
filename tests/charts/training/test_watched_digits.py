"""The image of the watched digits: its frames."""

import numpy as np
import pytest
from PIL import ImageColor

from mnistviz.charts.training.watched_digits import (
    COLUMNS,
    FRAME,
    RIGHT,
    SCALE,
    WRONG,
    watched_digits_image,
)


@pytest.mark.parametrize("count", [1, 9, 10, 20])
def test_frame_is_green_if_right_and_red_if_wrong(count: int) -> None:
    images = np.full((count, 28, 28), 0.5, np.float32)
    labels = np.arange(count, dtype=np.uint8) % 10
    digits = [int(label) if index % 3 else 5 for index, label in enumerate(labels)]
    picture = watched_digits_image(images, labels, digits)
    cell = 28 * SCALE + 2 * FRAME + 4
    rows = -(-count // COLUMNS)
    assert picture.width == min(count, COLUMNS) * cell - 4
    for index, (label, digit) in enumerate(zip(labels, digits, strict=True)):
        left, top = index % COLUMNS * cell, index // COLUMNS * ((picture.height + 4) // rows)
        expected = ImageColor.getrgb(RIGHT if digit == label else WRONG)
        assert picture.getpixel((left, top))[:3] == expected
        assert picture.getpixel((left + FRAME + 5, top + FRAME + 5))[:3] == (127, 127, 127)
