"""Augmentation against an interpolation written out, and its bounds."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from mnistviz.core.constants import MAX_ROTATION, MAX_SHEAR, MAX_SHIFT, MAX_STRETCH
from mnistviz.digits.drawing.preprocessing import stroke_width
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network.augmentation import (
    affine_maps,
    augmented,
    elastic_fields,
    with_changed_lines,
)

MIDDLE = (13.5, 13.5)


def interpolated(image: np.ndarray, x: float, y: float) -> float:
    """Bilinear reading of an image at a place, 0 outside."""
    left, top = math.floor(x), math.floor(y)
    total = 0.0
    for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
        weight = (1 - abs(x - column)) * (1 - abs(y - row))
        if 0 <= row < 28 and 0 <= column < 28:
            total += weight * float(image[row, column])
    return total


def test_pixels_are_read_where_the_map_says() -> None:
    images = to_input(load_mnist().x_train[:2])
    key = tf.constant([1, 2])
    changed = augmented(tf.constant(images[..., np.newaxis]), 1.0, key).numpy()[..., 0]
    for image, result, row in zip(images, changed, affine_maps(2, 1.0, key, MIDDLE), strict=True):
        a, b, c, d, e, f = row.numpy()[:6]
        expected = [
            [interpolated(image, a * x + b * y + c, d * x + e * y + f) for x in range(28)]
            for y in range(28)
        ]
        np.testing.assert_allclose(result, expected, atol=1e-5)


def test_maps_turn_stretch_and_move_as_far_as_they_may() -> None:
    rows = affine_maps(4_000, 1.0, tf.constant([3, 4]), MIDDLE).numpy().astype(np.float64)
    linear = rows[:, [0, 1, 3, 4]].reshape(-1, 2, 2)
    # Where the middle of a picture is read from: it only moves.
    moved = np.einsum("nij,j->ni", linear, MIDDLE) + rows[:, [2, 5]] - MIDDLE
    assert np.abs(moved).max() == pytest.approx(MAX_SHIFT, rel=0.01)
    # Take off the turn, which the second row tells, and stretch and shear are left.
    angles = np.arctan2(linear[:, 1, 0], linear[:, 1, 1])
    assert np.abs(angles).max() == pytest.approx(math.radians(MAX_ROTATION), rel=0.01)
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    upright = linear @ np.linalg.inv(np.moveaxis(turns, -1, 0))
    np.testing.assert_allclose(upright[:, 1, 0], 0, atol=1e-6)
    for side in (0, 1):
        stretched = np.abs(np.log(upright[:, side, side]))
        assert stretched.max() == pytest.approx(MAX_STRETCH, rel=0.01)
    shear = upright[:, 0, 1] / upright[:, 0, 0]
    assert np.abs(shear).max() == pytest.approx(MAX_SHEAR, rel=0.01)
    assert abs(shear.mean()) < 0.01


def test_strength_scales_the_changes_and_0_changes_nothing() -> None:
    images = tf.constant(to_input(load_mnist().x_train[:3])[..., np.newaxis])
    key = tf.constant([0, 1])
    np.testing.assert_allclose(augmented(images, 0.0, key), images, atol=1e-5)
    weak, strong = (affine_maps(50, strength, key, MIDDLE).numpy() for strength in (0.1, 1.0))
    assert np.abs(weak[:, 2]).max() < 0.2 * np.abs(strong[:, 2]).max()


def test_changes_are_a_function_of_the_key_and_the_place_in_the_batch() -> None:
    once, again, other = (
        affine_maps(5, 0.5, tf.constant([7, key]), MIDDLE).numpy() for key in (1, 1, 2)
    )
    np.testing.assert_array_equal(once, again)
    assert (once != other).any(axis=1).all()
    assert len(np.unique(once[:, 0])) == 5


def test_bent_pixels_are_read_where_map_and_arrows_say() -> None:
    images = to_input(load_mnist().x_train[:2])
    key = tf.constant([1, 2])
    changed = augmented(tf.constant(images[..., np.newaxis]), 1.0, key, 1.5).numpy()[..., 0]
    fields = elastic_fields(2, 1.5, tf.constant([1, ~2]), 28, 28).numpy()
    maps = affine_maps(2, 1.0, key, MIDDLE)
    for image, result, row, (right, down) in zip(images, changed, maps, fields, strict=True):
        a, b, c, d, e, f = row.numpy()[:6]
        x = np.arange(28)[np.newaxis, :] + right
        y = np.arange(28)[:, np.newaxis] + down
        across, along = a * x + b * y + c, d * x + e * y + f
        expected = [
            [interpolated(image, across[i, j], along[i, j]) for j in range(28)] for i in range(28)
        ]
        np.testing.assert_allclose(result, expected, atol=1e-4)


def test_arrows_are_as_long_as_said_everywhere_and_alike_nearby() -> None:
    fields = elastic_fields(4_000, 0.8, tf.constant([3, 4]), 28, 28).numpy()
    assert fields.std(axis=0) == pytest.approx(0.8, rel=0.06)
    assert np.abs(fields.mean(axis=0)).max() < 0.06
    # Neighbours differ by little, the corners have nothing to do with each other.
    step = np.diff(fields, axis=3)
    assert step.std() < 0.3 * 0.8
    corners = np.corrcoef(fields[:, 0, 0, 0], fields[:, 0, 27, 27])[0, 1]
    assert abs(corners) < 0.06


def test_bending_is_a_function_of_the_key_and_goes_on_top_of_the_affine_map() -> None:
    images = tf.constant(to_input(load_mnist().x_train[:3])[..., np.newaxis])
    once, again, other = (
        augmented(images, 0.5, tf.constant([7, key]), 1.0).numpy() for key in (1, 1, 2)
    )
    np.testing.assert_array_equal(once, again)
    assert (once != other).any(axis=(1, 2, 3)).all()
    barely = augmented(images, 0.5, tf.constant([7, 1]), 1e-7).numpy()
    np.testing.assert_allclose(barely, augmented(images, 0.5, tf.constant([7, 1])), atol=1e-5)


def test_what_lies_outside_is_paper() -> None:
    white = tf.ones((50, 28, 28, 1))
    bent = augmented(white, 1.0, tf.constant([5, 6]), 3.0).numpy()
    assert bent.min() == 0
    assert bent.max() <= 1 + 1e-6


def explained(image: np.ndarray, changed: np.ndarray) -> bool:
    """Whether a blur, a lower and an upper limit of the contrast in their ranges explain a change.

    For each blur, the two limits are fitted to the pixels that are neither 0 nor 1.
    """
    soft = ndimage.convolve(image, np.outer([0.25, 0.5, 0.25], [0.25, 0.5, 0.25]), mode="constant")
    between = (changed > 0.01) & (changed < 0.99)
    for blur in np.linspace(0, 1, 401):
        mixed = (1 - blur) * image + blur * soft
        slope, offset = np.polyfit(mixed[between], changed[between], 1)
        lower = -offset / slope
        limits = -0.01 <= lower <= 0.51 and 0.19 * (1 - lower) <= 1 / slope <= 1.01 * (1 - lower)
        expected = np.clip(mixed * slope + offset, 0, 1)
        if limits and np.abs(expected - changed).max() < 0.01:
            return True
    return False


def test_lines_are_changed_by_a_blur_and_a_contrast() -> None:
    images = to_input(load_mnist().x_train[:12]).astype(np.float64)
    batch = tf.constant(images[..., np.newaxis], tf.float32)
    changed = with_changed_lines(batch, tf.ones(12), tf.constant([1, 2])).numpy()[..., 0]
    for image, result in zip(images, changed.astype(np.float64), strict=True):
        assert explained(image, result)


def test_lines_become_thinner_and_thicker() -> None:
    images = to_input(load_mnist().x_train[:300])
    batch = tf.constant(images[..., np.newaxis])
    changed = with_changed_lines(batch, tf.ones(300), tf.constant([1, 2])).numpy()[..., 0]
    ratios = np.array(
        [stroke_width(a) / stroke_width(b) for a, b in zip(changed, images, strict=True)]
    )
    assert (ratios < 0.9).mean() > 0.2
    assert (ratios > 1.1).mean() > 0.2
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed.max(axis=(1, 2)) > 0.6).all()


def test_a_share_of_the_images_is_changed_and_the_key_decides_how() -> None:
    images = tf.constant(to_input(load_mnist().x_train[:1_000])[..., np.newaxis])
    shares = tf.constant([0.0] * 200 + [0.25] * 800)
    first = with_changed_lines(images, shares, tf.constant([5, 6])).numpy()
    differs = (first != images.numpy()).any(axis=(1, 2, 3))
    assert not differs[:200].any()
    assert differs[200:].mean() == pytest.approx(0.25, abs=0.05)
    again = with_changed_lines(images, shares, tf.constant([5, 6])).numpy()
    np.testing.assert_array_equal(again, first)
    assert (with_changed_lines(images, shares, tf.constant([5, 7])).numpy() != first).any()
