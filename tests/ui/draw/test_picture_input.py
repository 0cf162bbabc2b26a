"""A picture as a source of digits: the part that is read, and the marks on it."""

import numpy as np
import pytest

from mnistviz.ui.draw.picture_input import (
    INK_COLOUR,
    Crop,
    cropped,
    is_camera_allowed,
    marked_picture,
)

WHOLE: Crop = ((0, 100), (0, 100))


@pytest.mark.parametrize(
    ("crop", "shape"),
    [
        (WHOLE, (60, 80)),
        (((50, 100), (0, 100)), (60, 40)),
        (((0, 100), (25, 50)), (15, 80)),
        (((100, 100), (0, 0)), (1, 1)),
    ],
)
def test_a_part_of_the_picture_has_a_pixel_at_least(crop: Crop, shape: tuple[int, int]) -> None:
    colours = np.stack([np.add.outer(np.arange(60), np.arange(80))] * 3, axis=-1).astype(np.uint8)
    part = cropped(colours, crop)
    assert part.shape == (*shape, 3)
    assert (
        part[0, 0, 0]
        == colours[60 - 60 * (100 - crop[1][0]) // 100 if crop[1][0] else 0][
            min(79, 80 * crop[0][0] // 100), 0
        ]
    )


def test_ink_is_orange_and_what_is_not_read_is_dimmed() -> None:
    colours = np.full((40, 80, 3), 255, np.uint8)
    ink = np.zeros((40, 40), np.float32)
    ink[10:30, 10:30] = 1
    shown = marked_picture(colours, ((50, 100), (0, 100)), ink, [(8, 8, 32, 32)])
    assert shown.shape == (140, 280, 3)
    assert shown.dtype == np.uint8
    np.testing.assert_allclose(shown[70, 210], INK_COLOUR, atol=60)
    np.testing.assert_array_equal(shown[28, 210], INK_COLOUR)  # the frame
    np.testing.assert_array_equal(shown[5, 270], (255, 255, 255))
    assert shown[70, 35, 0] < 180


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://digits.example.org/draw", True),
        ("http://localhost:8501/draw", True),
        ("http://127.0.0.1:8501", True),
        ("http://192.168.0.7:8501/draw", False),
        ("", True),  # not known
    ],
)
def test_the_camera_needs_https_or_the_same_computer(url: str, allowed: bool) -> None:
    assert is_camera_allowed(url) == allowed
