"""The digit detector: what it accepts and rejects, and its arithmetic against Keras."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays

from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network import rejection
from mnistviz.network.rejection import (
    MOST_LOG_ODDS,
    NETWORK_WEIGHT,
    UNSURE_BELOW,
    DigitDetector,
    bundled_detector,
    evidence,
    rejection_rates,
    verdicts,
)
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from tools.train_digit_detector import build_network, weights_of

SURE = np.eye(10, dtype=np.float32)[7:8]


def drawn_image(*lines: list[tuple[float, float]]) -> np.ndarray:
    drawn = Strokes(280, 280, 18, tuple(np.array(line, np.float32) for line in lines))
    return normalise(render(redraw(drawn))).image


def test_less_than_one_percent_of_test_digits_is_rejected() -> None:
    images = to_input(load_mnist().x_test[::5])
    probabilities = load(snapshots.find("best")).classify(images)
    assert bundled_detector().rejects(images, probabilities).mean() < 0.01


@pytest.mark.parametrize(
    "image",
    [
        drawn_image([(140, 140)]),
        drawn_image([(60 + 160 * (i % 2), 60 + 12 * i) for i in range(14)]),
        drawn_image([(60, 60), (220, 220)], [(220, 60), (60, 220)]),
        normalise(np.indices((56, 56)).sum(axis=0).astype(np.float32) // 7 % 2).image,
        normalise(np.random.default_rng(0).random((28, 28), np.float32)).image,
        normalise(np.hstack(list(to_input(load_mnist().x_test[:2])))).image,
    ],
    ids=["dot", "to and fro", "cross", "stripes", "noise", "two digits"],
)
def test_a_non_digit_is_rejected_whatever_the_probabilities(image: np.ndarray) -> None:
    assert verdicts(image[None], SURE) == ["not_a_digit"]


def test_the_verdicts() -> None:
    seven = to_input(load_mnist().x_test[:1])
    assert verdicts(seven, SURE) == ["digit"]
    doubtful = np.full((1, 10), 0.02, np.float32)
    doubtful[0, [1, 7]] = 0.35, UNSURE_BELOW - 0.01
    assert verdicts(seven, doubtful) == ["unsure"]
    doubtful[0, 7] = UNSURE_BELOW
    assert verdicts(seven, doubtful) == ["digit"]
    # The detector sees another digit than the network.
    assert verdicts(seven, np.roll(SURE, 1, axis=1)) == ["unsure"]
    assert verdicts(np.zeros((1, 28, 28), np.float32), SURE) == ["blank"]
    assert verdicts(np.zeros((0, 28, 28), np.float32), SURE[:0]) == []


def test_the_evidence_is_that_of_both_networks_for_the_answer() -> None:
    logits = np.zeros((3, 11), np.float32)
    logits[1, [3, 10]] = 2, 5
    probabilities = np.full((3, 10), 0.02, np.float32)
    probabilities[:, 3] = 0.82
    # As sure as can be: no more than the limit counts.
    probabilities[2] = np.eye(10)[3]
    by_detector = np.log([1 / 10, np.exp(2) / (9 + np.exp(5)), 1 / 10])
    by_network = np.array([np.log(0.82 / 0.18)] * 2 + [MOST_LOG_ODDS])
    expected = by_detector + NETWORK_WEIGHT * by_network
    np.testing.assert_allclose(evidence(logits, probabilities), expected, rtol=1e-5)


@pytest.mark.compiles
def test_the_logits_are_those_of_keras() -> None:
    network = build_network()
    generator = np.random.default_rng(0)
    network.set_weights(
        [generator.uniform(0.05, 0.2, weight.shape) for weight in network.get_weights()]
    )
    images = generator.random((3, 28, 28), np.float32)
    expected = network.predict(images[..., None], verbose=0)
    expected -= np.logaddexp.reduce(expected, axis=1, keepdims=True)
    detector = DigitDetector((weights_of(network),), 0)
    np.testing.assert_allclose(detector.logits(images), expected, rtol=1e-3, atol=1e-5)


def test_a_batch_has_the_logits_of_single_images(monkeypatch: pytest.MonkeyPatch) -> None:
    images = to_input(load_mnist().x_test[:7])
    alone = np.concatenate([bundled_detector().logits(images[i : i + 1]) for i in range(7)])
    monkeypatch.setattr(rejection, "BATCH_SIZE", 3)
    np.testing.assert_allclose(bundled_detector().logits(images), alone, rtol=1e-4, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(arrays.arrays(np.float32, (2, 28, 28), elements={"min_value": 0, "max_value": 1}))
def test_any_picture_gets_a_verdict(images: np.ndarray) -> None:
    for image, verdict in zip(images, verdicts(images, np.repeat(SURE, 2, axis=0)), strict=True):
        assert verdict == "blank" if not image.any() else verdict != "blank"


def test_the_stored_rates_are_complete() -> None:
    found = rejection_rates()
    assert found["test_digits"] <= 0.01
    assert found["pen_digits"] <= 0.02
    rates = [one["seen"] for one in found["kinds"].values() if "seen" in one]
    assert len(rates) == 11
    assert found["kinds"]["drawings"]["never_seen"] >= 0.85
    assert found["seen"] == pytest.approx(np.mean(rates), abs=1e-4)
    assert all(0 <= one.get("never_seen", 0) <= 1 for one in found["kinds"].values())
