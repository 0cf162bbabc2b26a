"""Digits written on a tablet: the bundled file, the script that made it, their place in MNIST."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.constants import NUM_CLASSES, NUM_TABLET_DIGITS
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.tablet_digits import (
    TABLET_DIGITS_FILE,
    read_strokes,
    tablet_digits,
    with_tablet_digits,
)
from tools import make_tablet_digits


def test_the_bundled_file_has_all_digits_and_its_credit() -> None:
    drawings, labels = read_strokes(TABLET_DIGITS_FILE)
    assert len(drawings) == len(labels) == NUM_TABLET_DIGITS
    assert labels.dtype == np.uint8
    for number in (1_000, 2_500, NUM_TABLET_DIGITS):
        counts = np.bincount(labels[:number], minlength=NUM_CLASSES)
        assert counts.min() > 0.08 * number
        assert counts.max() < 0.12 * number
    with np.load(TABLET_DIGITS_FILE) as arrays:
        assert "CC BY 4.0" in str(arrays["credit"])
    assert TABLET_DIGITS_FILE.stat().st_size < 600_000


def test_strokes_are_on_the_canvas() -> None:
    points = np.concatenate([np.concatenate(one.strokes) for one in read_strokes_of_some(50)])
    assert points.dtype == np.float32
    assert points.min() >= 0
    assert points.max() <= 280


def read_strokes_of_some(number: int) -> list:
    return read_strokes(TABLET_DIGITS_FILE)[0][:number]


def test_images_are_like_mnist() -> None:
    images, labels = tablet_digits(40)
    assert images.shape == (40, 28, 28)
    assert (images.dtype, labels.shape) == (np.uint8, (40,))
    for image in to_input(images):
        rows, columns = np.nonzero(image > 0.1)
        assert max(np.ptp(rows), np.ptp(columns)) in range(17, 24)
        assert abs(np.average(np.arange(28), weights=image.sum(axis=1)) - 13.5) < 1


def test_fewer_digits_are_the_first_of_more() -> None:
    np.testing.assert_array_equal(tablet_digits(10)[0], tablet_digits(40)[0][:10])
    np.testing.assert_array_equal(tablet_digits(10)[1], tablet_digits(40)[1][:10])


def test_they_are_inserted_after_the_training_images() -> None:
    data = load_mnist()
    spec = TrainSpec(num_images=1_000, held_out=10)
    assert with_tablet_digits(data, spec) is data
    mixed = with_tablet_digits(data, spec.changed(tablet_digits=30))
    written, labels = tablet_digits(30)
    np.testing.assert_array_equal(mixed.x_train[1_000:1_030], written)
    np.testing.assert_array_equal(mixed.y_train[1_000:1_030], labels)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Twelve digits of two strokes each by six writers, digit i of strokes at x = i."""
    path = tmp_path / "source.npz"
    strokes = [np.full((3, 2), number // 2, np.float32) for number in range(24)]
    np.savez(
        path,
        xy=np.concatenate(strokes),
        stroke_ptr=np.arange(0, 73, 3),
        sample_ptr=np.arange(0, 25, 2),
        label=np.arange(12) % 10,
        writer=np.array([f"w{number % 6}" for number in range(12)]),
    )
    return path


def test_every_third_writer_is_left_out(source: Path, tmp_path: Path) -> None:
    # Writers w0 and w3 are held out: digits 0, 3, 6 and 9. Every other one of the rest is first.
    target = tmp_path / "target.npz"
    assert make_tablet_digits.make(source, target) == 8
    drawings, labels = read_strokes(target)
    assert labels.tolist() == [1, 4, 7, 0, 2, 5, 8, 1]
    assert [round(float(one.strokes[1][0, 0]) / 280 * 500) for one in drawings] == [
        1, 4, 7, 10, 2, 5, 8, 11,
    ]  # fmt: skip
    assert all(len(one.strokes) == 2 for one in drawings)
