"""Readings of drawn digits."""

import numpy as np
import pytest
from scipy.special import softmax

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import calibration
from mnistviz.evaluation.digit_reader import DigitReader, Reading
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import find


@pytest.fixture(scope="module")
def network() -> Network:
    return load(find("best"))


def image_of(index: int) -> FloatArray:
    return to_input(load_mnist().x_test[index])


def test_logits_are_those_of_the_network(network: Network) -> None:
    images = to_input(load_mnist().x_test[:3])
    reader = DigitReader(network, None)
    np.testing.assert_array_equal(reader.logits(images), network.logits(images))
    np.testing.assert_allclose(reader.read(images[1]).logits, reader.logits(images)[1], atol=1e-5)


def test_probabilities_are_divided_by_the_temperature_first(network: Network) -> None:
    fitted = calibration.Calibration(2.0, 100, 0, 0, 0, 0)
    plain = DigitReader(network, None).read(image_of(0))
    calibrated = DigitReader(network, fitted).read(image_of(0))
    np.testing.assert_allclose(plain.probabilities, softmax(plain.logits), atol=1e-6)
    np.testing.assert_allclose(calibrated.probabilities, softmax(plain.logits / 2), atol=1e-6)


def test_the_verdict_depends_on_the_image(network: Network) -> None:
    reader = DigitReader(network, None)
    reading = reader.read(image_of(0))
    assert (reading.verdict, reading.digit) == ("digit", load_mnist().y_test[0])
    assert reader.read(np.zeros((28, 28), np.float32)).verdict == "blank"
    noise = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    assert reader.read(noise).verdict == "not_a_digit"


def test_load_fits_the_temperature_where_images_were_held_out() -> None:
    assert DigitReader.load(find("reference")).calibration is None
    reader = DigitReader.load(find("best"))
    assert reader.calibration == calibration.calibration_of(find("best"))


def test_ranking_puts_the_lower_of_two_equal_digits_first() -> None:
    probabilities = np.array([0.1, 0.3, 0.3, 0.3, 0, 0, 0, 0, 0, 0], np.float32)
    reading = Reading(np.zeros(10, np.float32), probabilities, "unsure")
    assert reading.ranking[:4] == [1, 2, 3, 0]
    assert (reading.digit, reading.probability) == (1, pytest.approx(0.3))
