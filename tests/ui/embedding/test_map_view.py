"""The image of all pages on the map of digits."""

import numpy as np
import pytest

from mnistviz.ui.embedding.map_view import (
    NUM_SHOWN_NEIGHBOURS,
    ShownImage,
    look_for,
    neighbours_of,
)

PLACES = np.arange(60, dtype=np.float32).reshape(30, 2)


@pytest.mark.parametrize(("number", "first"), [(0, 1), (None, 0)])
def test_a_test_image_is_no_neighbour_of_itself(number: int | None, first: int) -> None:
    neighbours = neighbours_of(ShownImage("it", PLACES[0], number), PLACES)
    assert neighbours.tolist() == list(range(first, first + NUM_SHOWN_NEIGHBOURS))


def test_the_caption_counts_the_images_that_are_read_wrong() -> None:
    answers, digits = np.array([1, 2, 3]), np.array([1, 0, 0])
    assert "**2 images read wrong**" in look_for("error", answers, digits)
    assert "islands" in look_for("digit", answers, digits)
