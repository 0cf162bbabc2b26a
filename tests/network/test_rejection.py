"""The digit detector: what it accepts and rejects, and its arithmetic against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays
from scipy.signal import correlate2d

from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network import rejection
from mnistviz.network.rejection import UNSURE_BELOW, bundled_detector, rejection_rates, verdicts

SURE = np.eye(10, dtype=np.float32)[:1]


def drawn_image(*lines: list[tuple[float, float]]) -> np.ndarray:
    drawn = Strokes(280, 280, 18, tuple(np.array(line, np.float32) for line in lines))
    return normalise(render(redraw(drawn))).image


def test_less_than_one_percent_of_test_digits_is_rejected() -> None:
    images = to_input(load_mnist().x_test[::5])
    assert bundled_detector().rejects(images).mean() < 0.01


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
    assert verdicts(np.zeros((1, 28, 28), np.float32), SURE) == ["blank"]
    assert verdicts(np.zeros((0, 28, 28), np.float32), SURE[:0]) == []


def test_scores_are_those_of_convolutions_by_scipy() -> None:
    detector = bundled_detector()
    images = np.random.default_rng(1).random((3, 28, 28)).astype(np.float32)
    for image, score in zip(images, detector.scores(images), strict=True):
        values = image[:, :, None]
        for kernel, bias in [
            (detector.kernel1, detector.bias1),
            (detector.kernel2, detector.bias2),
        ]:
            maps = [
                sum(
                    correlate2d(values[:, :, i], kernel[:, :, i, o], "valid")[::2, ::2]
                    for i in range(kernel.shape[2])
                )
                + bias[o]
                for o in range(kernel.shape[3])
            ]
            values = np.maximum(np.stack(maps, axis=2), 0)
        hidden = np.maximum(values.ravel() @ detector.dense1 + detector.dense_bias1, 0)
        assert score == pytest.approx(
            (hidden @ detector.dense2 + detector.dense_bias2)[0], abs=1e-3
        )


def test_a_batch_has_the_scores_of_single_images(monkeypatch: pytest.MonkeyPatch) -> None:
    images = to_input(load_mnist().x_test[:7])
    alone = np.concatenate([bundled_detector().scores(images[i : i + 1]) for i in range(7)])
    monkeypatch.setattr(rejection, "BATCH_SIZE", 3)
    np.testing.assert_allclose(bundled_detector().scores(images), alone, rtol=1e-4, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(arrays.arrays(np.float32, (2, 28, 28), elements={"min_value": 0, "max_value": 1}))
def test_any_picture_gets_a_verdict(images: np.ndarray) -> None:
    for image, verdict in zip(images, verdicts(images, np.repeat(SURE, 2, axis=0)), strict=True):
        assert verdict == "blank" if not image.any() else verdict in ("digit", "not_a_digit")


def test_the_stored_rates_are_complete() -> None:
    found = rejection_rates()
    assert found["test_digits"] <= 0.01
    assert found["pen_digits"] <= 0.02
    rates = [one["seen"] for one in found["kinds"].values()]
    assert len(rates) == 8
    assert found["seen"] == pytest.approx(np.mean(rates), abs=1e-4)
    assert all(0 <= one.get("never_seen", 0) <= 1 for one in found["kinds"].values())
