"""Corrupted images: shape and range, the neutral level, direction and strength."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation.corruptions import CORRUPTIONS

IMAGES = to_input(load_mnist().x_test[:6])


def apply(name: str, level: float, seed: int = 0) -> np.ndarray:
    return CORRUPTIONS[name].apply(IMAGES, level, seed)


def middle_of_ink(images: np.ndarray) -> np.ndarray:
    """Row and column of the centre of mass of each image, `(n, 2)`."""
    places = np.arange(28)
    total = images.sum(axis=(1, 2))
    rows = (images.sum(axis=2) * places).sum(axis=1) / total
    columns = (images.sum(axis=1) * places).sum(axis=1) / total
    return np.stack([rows, columns], axis=1)


@pytest.mark.parametrize("name", CORRUPTIONS)
@settings(max_examples=12, deadline=None)
@given(share=st.floats(0, 1), seed=st.integers(0, 2**31 - 1))
def test_every_level_returns_images_in_range_and_is_reproducible(
    name: str, share: float, seed: int
) -> None:
    corruption = CORRUPTIONS[name]
    level = min(corruption.levels) + share * (max(corruption.levels) - min(corruption.levels))
    before = IMAGES.copy()
    changed = corruption.apply(IMAGES, level, seed)
    assert changed.shape == IMAGES.shape
    assert changed.dtype == np.float32
    assert np.isfinite(changed).all()
    assert changed.min() >= 0
    assert changed.max() <= 1
    np.testing.assert_array_equal(IMAGES, before)
    np.testing.assert_array_equal(changed, corruption.apply(IMAGES, level, seed))


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_neutral_level_is_a_level_and_changes_nothing(name: str) -> None:
    corruption = CORRUPTIONS[name]
    assert corruption.neutral in corruption.levels
    assert list(corruption.levels) == sorted(set(corruption.levels))
    np.testing.assert_array_equal(corruption.apply(IMAGES, corruption.neutral), IMAGES)
    # Close to the neutral level the images are almost unchanged.
    if name != "occlusion":
        near = corruption.neutral + (1e-4 if name != "contrast" else -1e-4)
        np.testing.assert_allclose(corruption.apply(IMAGES, near), IMAGES, atol=2e-3)


def test_shifts_move_the_ink_right_and_down() -> None:
    ink = np.zeros((2, 28, 28), np.float32)
    ink[0, 10:14, 12], ink[1, 5, 6:20] = 1, 0.5
    for name, moved in (("shift-right", (0, 2.5)), ("shift-down", (2.5, 0))):
        found = middle_of_ink(CORRUPTIONS[name].apply(ink, 2.5)) - middle_of_ink(ink)
        np.testing.assert_allclose(found, np.tile(moved, (2, 1)), atol=1e-4)
    np.testing.assert_array_equal(apply("shift-right", 3)[:, :, 3:], IMAGES[:, :, :-3])


def test_a_rotation_by_90_degrees_is_rot90() -> None:
    np.testing.assert_allclose(apply("rotation", 90), np.rot90(IMAGES, axes=(1, 2)), atol=1e-5)


def test_scaling_changes_the_ink_by_the_square() -> None:
    ratio = apply("scale", 0.8).sum(axis=(1, 2)) / IMAGES.sum(axis=(1, 2))
    np.testing.assert_allclose(ratio, 0.64, atol=0.03)
    moved = middle_of_ink(apply("scale", 0.5)) - 13.5
    np.testing.assert_allclose(moved, (middle_of_ink(IMAGES) - 13.5) / 2, atol=0.15)


def test_thickness_adds_and_removes_ink() -> None:
    previous = apply("thickness", -1)
    for level in (-0.5, 0, 0.5, 1, 1.5, 2, 3):
        changed = apply("thickness", level)
        assert (changed >= previous - 1e-6).all()
        assert changed.sum() > previous.sum()
        previous = changed
    dot = np.zeros((1, 28, 28), np.float32)
    dot[0, 14, 14] = 1
    # A disc of radius 2 has 13 places on the grid.
    assert CORRUPTIONS["thickness"].apply(dot, 2).sum() == 13


def test_blur_keeps_the_amount_of_ink() -> None:
    changed = apply("blur", 1)
    np.testing.assert_allclose(changed.sum(axis=(1, 2)), IMAGES.sum(axis=(1, 2)), rtol=1e-3)
    assert (changed.max(axis=(1, 2)) < IMAGES.max(axis=(1, 2))).all()


def test_noise_has_its_standard_deviation_and_depends_on_the_seed() -> None:
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noise = CORRUPTIONS["noise"]
    assert noise.apply(grey, 0.1, 1).std() == pytest.approx(0.1, rel=0.02)
    assert (noise.apply(grey, 0.1, 1) != noise.apply(grey, 0.1, 2)).any()


def test_contrast_0_is_grey_and_minus_1_inverts() -> None:
    np.testing.assert_allclose(apply("contrast", 0), 0.5)
    np.testing.assert_allclose(apply("contrast", -1), 1 - IMAGES, atol=1e-6)


def test_occlusion_covers_a_square_of_its_size_at_a_fixed_place() -> None:
    full = np.ones((40, 28, 28), np.float32)
    occlude = CORRUPTIONS["occlusion"].apply
    small, large = occlude(full, 4, 3) == 0, occlude(full, 8, 3) == 0
    assert (small.sum(axis=(1, 2)) == 16).all()
    assert (small <= large).all()
    assert len({tuple(np.argwhere(one)[0]) for one in small}) > 20
    assert (occlude(full, 4, 4) != occlude(full, 4, 3)).any()
