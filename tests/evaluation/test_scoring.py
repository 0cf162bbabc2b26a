"""Metrics on a labelled set, against plain Python."""

import math

import numpy as np
import pytest

from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.scoring import evaluate, score
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log softmax in exact sums, one image after another."""
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        total = math.fsum(math.exp(value - top) for value in row)
        losses.append(math.log(total) + top - row[label])
    return math.fsum(losses) / len(losses)


def logits_for(answers: list[int], height: float = 3.0) -> np.ndarray:
    return height * np.eye(10, dtype=np.float32)[answers]


def test_metrics_of_four_images_by_hand() -> None:
    labels = np.array([0, 0, 1, 9], np.uint8)
    found = score(logits_for([0, 2, 1, 8]), labels)
    assert found.images == 4
    assert found.accuracy == 0.5
    expected = np.zeros((10, 10), np.int64)
    expected[0, 0] = expected[0, 2] = expected[1, 1] = expected[9, 8] = 1
    np.testing.assert_array_equal(found.confusion, expected)
    np.testing.assert_array_equal(found.per_class, [0.5, 1, *[np.nan] * 7, 0])
    # Of softmax over one 3 and nine 0: right twice, wrong twice.
    assert found.loss == pytest.approx(math.log(math.exp(3) + 9) - 3 / 2, abs=1e-12)


def test_the_loss_is_the_cross_entropy_in_nats() -> None:
    generator = np.random.default_rng(3)
    logits = generator.normal(0, 4, (200, 10)).astype(np.float32)
    labels = generator.integers(0, 10, 200).astype(np.uint8)
    found = score(logits, labels)
    assert found.loss == pytest.approx(cross_entropy(logits, labels), rel=1e-12)
    assert found.accuracy == sum(logits.argmax(axis=1) == labels) / 200


def test_rows_of_the_confusion_are_labels_and_columns_answers() -> None:
    labels = np.array([3] * 5 + [8], np.uint8)
    confusion = score(logits_for([8, 8, 8, 3, 3, 3]), labels).confusion
    assert (confusion[3, 8], confusion[3, 3], confusion[8, 3]) == (3, 2, 1)
    assert confusion.sum() == 6
    assert confusion.shape == (10, 10)
    assert confusion.dtype == np.int64


@pytest.mark.parametrize("label", [0, 9])
def test_a_set_of_one_class_has_no_accuracy_for_the_others(label: int) -> None:
    found = score(logits_for([label, label]), np.array([label, label], np.uint8))
    expected = np.full(10, np.nan)
    expected[label] = 1
    np.testing.assert_array_equal(found.per_class, expected)


@pytest.mark.parametrize(
    ("height", "loss"),
    [
        # The right answer has no loss, the wrong one the whole height.
        (1e4, 1e4 / 2),
        # Nine equal classes share the answer; the first image's label is not among them.
        (-1e4, 1e4 / 2 + math.log(9)),
    ],
)
def test_extreme_logits_do_not_overflow(height: float, loss: float) -> None:
    logits, labels = logits_for([0, 4], height), np.array([0, 5], np.uint8)
    found = score(logits, labels).loss
    assert found == pytest.approx(loss, rel=1e-12)
    assert found == pytest.approx(cross_entropy(logits, labels), rel=1e-12)


@pytest.mark.slow
def test_batches_give_the_same_metrics_and_report_progress() -> None:
    data = load_mnist()
    images, labels = data.x_test[:2_500], data.y_test[:2_500]
    network = load(Snapshot(registry.find_run("reference"), 10))
    progress: list[float] = []
    found = evaluate(network, images, labels, progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 2_500
    assert len(progress) > 2

    in_one_batch = list(network.outputs(images).values())[-1]
    expected = score(in_one_batch, labels)
    assert 0.2 < found.accuracy < 0.95
    assert found.images == 2_500
    assert found.accuracy == expected.accuracy
    assert found.loss == pytest.approx(expected.loss, abs=1e-6)
    np.testing.assert_array_equal(found.confusion, expected.confusion)
    np.testing.assert_array_equal(found.confusion.sum(axis=1), np.bincount(labels, minlength=10))


def test_the_order_of_the_images_does_not_matter() -> None:
    generator = np.random.default_rng(4)
    logits = generator.normal(size=(50, 10)).astype(np.float32)
    labels = generator.integers(0, 10, 50).astype(np.uint8)
    order = generator.permutation(50)
    once, again = score(logits, labels), score(logits[order], labels[order])
    np.testing.assert_array_equal(once.confusion, again.confusion)
    np.testing.assert_array_equal(once.per_class, again.per_class)
    assert once.loss == pytest.approx(again.loss, rel=1e-12)
