"""Spoiled images: their shape and range, nothing at the neutral level, and the right direction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistviz.core.errors import SpecError
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation.corruptions import DISTORTIONS, find_distortion

IMAGES = to_input(load_mnist().x_test[:6])


def apply(name: str, level: float, seed: int = 0) -> np.ndarray:
    return DISTORTIONS[name].apply(IMAGES, level, seed)


def middle_of_ink(images: np.ndarray) -> np.ndarray:
    """Row and column of the centre of mass of each image, `(n, 2)`."""
    places = np.arange(28)
    total = images.sum(axis=(1, 2))
    rows = (images.sum(axis=2) * places).sum(axis=1) / total
    columns = (images.sum(axis=1) * places).sum(axis=1) / total
    return np.stack([rows, columns], axis=1)


@pytest.mark.parametrize("name", DISTORTIONS)
@settings(max_examples=12, deadline=None)
@given(share=st.floats(0, 1), seed=st.integers(0, 2**31 - 1))
def test_whatever_the_level_it_stays_a_picture(name: str, share: float, seed: int) -> None:
    one = DISTORTIONS[name]
    level = min(one.levels) + share * (max(one.levels) - min(one.levels))
    before = IMAGES.copy()
    changed = one.apply(IMAGES, level, seed)
    assert changed.shape == IMAGES.shape
    assert changed.dtype == np.float32
    assert np.isfinite(changed).all()
    assert changed.min() >= 0
    assert changed.max() <= 1
    np.testing.assert_array_equal(IMAGES, before)
    np.testing.assert_array_equal(changed, one.apply(IMAGES, level, seed))


@pytest.mark.parametrize("name", DISTORTIONS)
def test_the_neutral_level_is_measured_and_changes_nothing(name: str) -> None:
    one = DISTORTIONS[name]
    assert one.neutral in one.levels
    assert list(one.levels) == sorted(set(one.levels))
    np.testing.assert_array_equal(one.apply(IMAGES, one.neutral), IMAGES)
    # Nearly neutral is nearly the same: no step hides at the start of the dial.
    if name != "occlusion":
        near = one.neutral + (1e-4 if name != "contrast" else -1e-4)
        np.testing.assert_allclose(one.apply(IMAGES, near), IMAGES, atol=2e-3)


def test_shifts_move_the_ink_right_and_down() -> None:
    ink = np.zeros((2, 28, 28), np.float32)
    ink[0, 10:14, 12], ink[1, 5, 6:20] = 1, 0.5
    for name, moved in (("shift-right", (0, 2.5)), ("shift-down", (2.5, 0))):
        found = middle_of_ink(DISTORTIONS[name].apply(ink, 2.5)) - middle_of_ink(ink)
        np.testing.assert_allclose(found, np.tile(moved, (2, 1)), atol=1e-4)
    np.testing.assert_array_equal(apply("shift-right", 3)[:, :, 3:], IMAGES[:, :, :-3])


def test_a_right_angle_anticlockwise_is_numpys() -> None:
    np.testing.assert_allclose(apply("rotation", 90), np.rot90(IMAGES, axes=(1, 2)), atol=1e-5)


def test_larger_means_more_ink_by_the_square() -> None:
    ratio = apply("scale", 0.8).sum(axis=(1, 2)) / IMAGES.sum(axis=(1, 2))
    np.testing.assert_allclose(ratio, 0.64, atol=0.03)
    moved = middle_of_ink(apply("scale", 0.5)) - 13.5
    np.testing.assert_allclose(moved, (middle_of_ink(IMAGES) - 13.5) / 2, atol=0.15)


def test_thicker_adds_ink_everywhere_and_thinner_takes_it() -> None:
    previous = apply("thickness", -1)
    for level in (-0.5, 0, 0.5, 1, 1.5, 2, 3):
        changed = apply("thickness", level)
        assert (changed >= previous - 1e-6).all()
        assert changed.sum() > previous.sum()
        previous = changed
    dot = np.zeros((1, 28, 28), np.float32)
    dot[0, 14, 14] = 1
    # A disc of radius 2 has 13 places on the grid.
    assert DISTORTIONS["thickness"].apply(dot, 2).sum() == 13


def test_blur_spreads_the_ink_and_keeps_it() -> None:
    changed = apply("blur", 1)
    np.testing.assert_allclose(changed.sum(axis=(1, 2)), IMAGES.sum(axis=(1, 2)), rtol=1e-3)
    assert (changed.max(axis=(1, 2)) < IMAGES.max(axis=(1, 2))).all()


def test_noise_is_as_strong_as_it_says_and_named_by_its_seed() -> None:
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noise = DISTORTIONS["noise"]
    assert noise.apply(grey, 0.1, 1).std() == pytest.approx(0.1, rel=0.02)
    assert (noise.apply(grey, 0.1, 1) != noise.apply(grey, 0.1, 2)).any()


def test_contrast_ends_at_grey_and_turns_round() -> None:
    np.testing.assert_allclose(apply("contrast", 0), 0.5)
    np.testing.assert_allclose(apply("contrast", -1), 1 - IMAGES, atol=1e-6)


def test_a_square_covers_what_it_says_and_grows_where_it_is() -> None:
    full = np.ones((40, 28, 28), np.float32)
    occlude = DISTORTIONS["occlusion"].apply
    small, large = occlude(full, 4, 3) == 0, occlude(full, 8, 3) == 0
    assert (small.sum(axis=(1, 2)) == 16).all()
    assert (small <= large).all()
    assert len({tuple(np.argwhere(one)[0]) for one in small}) > 20
    assert (occlude(full, 4, 4) != occlude(full, 4, 3)).any()


def test_a_distortion_that_is_none() -> None:
    assert find_distortion("blur").title == "Blur"
    with pytest.raises(SpecError) as error:
        find_distortion("fog")
    assert str(error.value) == (
        "distortion: expected one of shift-right, shift-down, rotation, scale, thickness, blur, "
        "noise, contrast, occlusion, got 'fog'"
    )
