"""Soft labels: the bundled file, how it is coded, and the tool that makes one."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.constants import NUM_SOFT_LABELS, NUM_TABLET_DIGITS
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.mnist import load_mnist
from mnistviz.digits.soft_labels import (
    SOFT_LABELS_FILE,
    soft_labels,
    to_bytes,
    to_probabilities,
)
from mnistviz.digits.tablet_digits import TABLET_DIGITS_FILE, read_strokes, tablet_digits


def test_stored_probabilities_come_back() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 4, (100, 10))
    wanted = (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)
    found = to_probabilities(to_bytes(wanted))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(found, wanted, atol=0.01)


def test_there_is_one_for_every_image_and_most_agree_with_the_label() -> None:
    spec = TrainSpec(
        num_images=NUM_SOFT_LABELS, held_out=5_000, tablet_digits=NUM_TABLET_DIGITS, soft_labels=0.9
    )
    found = soft_labels(spec)
    assert found.shape == (spec.num_trained, 10)
    mnist = load_mnist().y_train[:NUM_SOFT_LABELS]
    assert (found[:NUM_SOFT_LABELS].argmax(axis=1) == mnist).mean() > 0.999
    _, written = read_strokes(TABLET_DIGITS_FILE)
    assert (found[NUM_SOFT_LABELS:].argmax(axis=1) == written).mean() > 0.999
    # They say more than the labels: some images are hard.
    assert (found.max(axis=1) < 0.9).mean() > 0.02
    assert SOFT_LABELS_FILE.stat().st_size < 400_000


def test_fewer_images_have_the_first_soft_labels() -> None:
    few = TrainSpec(num_images=200, held_out=5_000, tablet_digits=30, soft_labels=0.5)
    all_of_them = soft_labels(few.changed(num_images=NUM_SOFT_LABELS))
    found = soft_labels(few)
    np.testing.assert_array_equal(found[:200], all_of_them[:200])
    np.testing.assert_array_equal(found[200:], all_of_them[NUM_SOFT_LABELS:])


@pytest.mark.compiles
@pytest.mark.slow
def test_the_tool_makes_soft_labels_of_few_images(tmp_path: Path) -> None:
    from tools import make_soft_labels as tool

    data, (written, labels) = load_mnist(), tablet_digits(20)
    images = np.concatenate([data.x_train[:1_000], written])
    teacher = tool.trained_teacher(
        images, np.concatenate([data.y_train[:1_000], labels]), 0, 120, (8, 8, 16, 16, 16, 16)
    )
    tool.make(tmp_path / "made.npz", [teacher], data.x_train[:500], written, views=2)
    with np.load(tmp_path / "made.npz") as made:
        assert {name: made[name].shape for name in made} == {"mnist": (500, 10), "tablet": (20, 10)}
        found = to_probabilities(made["mnist"])
    assert (found.argmax(axis=1) == data.y_train[:500]).mean() > 0.6
