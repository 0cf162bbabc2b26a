"""Digits images_drawn as with a pen: what is made, and where a training finds it."""

import numpy as np

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import synthetic_digits
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.synthetic_digits import (
    CANVAS_SIDE,
    SHAPES,
    distorted_image,
    parse_shape,
    pen_digits,
    with_pen_digits,
)


def test_digits_are_balanced_distinct_and_like_mnist() -> None:
    images, labels = pen_digits(200, 0)
    assert images.shape == (200, 28, 28)
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)
    assert np.bincount(labels).tolist() == [20] * NUM_CLASSES
    assert len(np.unique(images.reshape(200, -1), axis=0)) == 200
    # Size and position of MNIST: 20 pixels, the centre of mass in the middle.
    for image in to_input(images):
        rows, columns = np.nonzero(image > 0.1)
        assert max(np.ptp(rows), np.ptp(columns)) in range(17, 24)
        assert abs(np.average(np.arange(28), weights=image.sum(axis=1)) - 13.5) < 1
        assert abs(np.average(np.arange(28), weights=image.sum(axis=0)) - 13.5) < 1


def test_a_seed_determines_the_digits() -> None:
    images, _ = pen_digits(20, 3)
    assert pen_digits(20, 3)[0] is images
    assert not images.flags.writeable
    synthetic_digits._drawn_pen_digits.cache_clear()
    np.testing.assert_array_equal(images, pen_digits(20, 3)[0])
    assert (images != pen_digits(20, 4)[0]).any(axis=(1, 2)).all()


def test_every_shape_can_be_drawn() -> None:
    generator = np.random.default_rng(0)
    assert len(SHAPES) == NUM_CLASSES
    for shape in (shape for shapes_of_digit in SHAPES for shape in shapes_of_digit):
        assert all(len(line) > 1 for line in parse_shape(shape))
        image = distorted_image(shape, generator)
        assert image.dtype == np.float32
        assert 0 <= image.min() < 0.01 < 0.9 < image.max() <= 1
    assert CANVAS_SIDE == 280


def test_pen_digits_are_inserted_after_the_training_images() -> None:
    data = load_mnist()
    spec = TrainSpec(num_images=1_000, held_out=10)
    assert with_pen_digits(data, spec) is data
    mixed = with_pen_digits(data, spec.changed(pen_digits=150))
    drawn, labels = pen_digits(150, spec.seed)
    np.testing.assert_array_equal(mixed.x_train[1_000:1_150], drawn)
    np.testing.assert_array_equal(mixed.y_train[1_000:1_150], labels)


def test_pen_digits_lengthen_an_epoch() -> None:
    spec = TrainSpec(num_images=1_000, batch_size=100, held_out=10)
    assert (spec.num_trained, spec.steps_per_epoch) == (1_000, 10)
    spec = spec.changed(pen_digits=150)
    assert (spec.num_trained, spec.steps_per_epoch) == (1_150, 12)
