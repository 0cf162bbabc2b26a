"""Nearest neighbours among the images of a map, and placing a new image between them."""

import numpy as np

from mnistviz.inspection.digit_maps import nearest, place_between


def test_nearest_is_in_order_and_begins_with_itself() -> None:
    places = np.array([[0, 0], [3, 0], [1, 0], [-2, 0]], np.float32)
    assert nearest(places[0], places, 3).tolist() == [0, 2, 3]


def test_an_image_is_placed_between_its_neighbours() -> None:
    rng = np.random.default_rng(0)
    places = np.concatenate([rng.normal(size=(30, 5)), rng.normal(size=(30, 5)) + 20])
    plane = np.concatenate([np.zeros((30, 2)), np.full((30, 2), 7)])
    found = place_between(places[40] + 0.1, places.astype(np.float32), plane.astype(np.float32))
    np.testing.assert_allclose(found, [7, 7])
    # What lies on an image of the map is placed on it.
    plane = rng.normal(size=(60, 2)).astype(np.float32)
    np.testing.assert_allclose(place_between(places[3], places, plane), plane[3], atol=1e-4)
