"""Calibration, against an oracle that goes image by image."""

import numpy as np
import pytest

from mnistviz.evaluation.calibration import calibration_error
from mnistviz.evaluation.reliability import reliability, selective_accuracy
from mnistviz.network.layers import softmax


def oracle_error(confidence: np.ndarray, right: np.ndarray, num_bins: int) -> float:
    total = 0.0
    for number in range(num_bins):
        low, high = number / num_bins, (number + 1) / num_bins
        inside = (confidence > low) & (confidence <= high)
        if number == 0:
            inside |= confidence == 0
        if inside.any():
            apart = abs(right[inside].mean() - confidence[inside].mean())
            total += apart * inside.sum()
    return total / len(confidence)


@pytest.mark.parametrize("num_bins", [1, 10, 15])
def test_the_calibration_error_equals_an_independent_computation(num_bins: int) -> None:
    generator = np.random.default_rng(7)
    confidence = generator.beta(5, 1, 2_000)
    right = generator.random(2_000) < confidence**2
    found = reliability(confidence, right, num_bins)
    assert found.error == pytest.approx(oracle_error(confidence, right, num_bins), abs=1e-12)
    assert found.counts.sum() == 2_000
    assert found.error > 0.02


def test_bins_by_hand() -> None:
    confidence = np.array([0.0, 0.5, 0.75, 1.0])
    found = reliability(confidence, np.array([False, True, True, False]), num_bins=2)
    np.testing.assert_array_equal(found.counts, [2, 2])
    np.testing.assert_allclose(found.confidence, [0.25, 0.875])
    np.testing.assert_allclose(found.accuracy, [0.5, 0.5])
    assert found.error == pytest.approx((0.25 + 0.375) / 2)


def test_an_empty_bin_is_nan_and_adds_no_error() -> None:
    found = reliability(np.array([0.9, 0.9]), np.array([True, True]), num_bins=4)
    np.testing.assert_array_equal(np.isnan(found.accuracy), [True, True, True, False])
    assert found.error == pytest.approx(0.1)


def test_rejection_of_uncertain_answers_by_hand() -> None:
    confidence = np.array([0.9, 0.3, 0.5, 0.99])
    right = np.array([True, False, False, True])
    refused, accuracy = selective_accuracy(confidence, right)
    np.testing.assert_allclose(refused, [0, 0.25, 0.5, 0.75])
    np.testing.assert_allclose(accuracy, [0.5, 2 / 3, 1, 1])


def test_reliability_and_calibration_have_the_same_error() -> None:
    generator = np.random.default_rng(8)
    logits = generator.normal(0, 3, (500, 10)).astype(np.float32)
    labels = generator.integers(0, 10, 500).astype(np.uint8)
    shares = softmax(logits)
    found = reliability(shares.max(axis=1).astype(np.float64), shares.argmax(axis=1) == labels)
    assert found.error == pytest.approx(calibration_error(shares, labels), abs=1e-6)
