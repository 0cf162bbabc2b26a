"""A second look: seven versions of a picture, the mean answer, and its calibration."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import softmax

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import calibration, second_look
from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.evaluation.digit_reader import DigitReader, Reading
from mnistviz.evaluation.second_look import STRETCH, VERSIONS, SecondLook
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import find

NAMES = list(VERSIONS)


@pytest.fixture(scope="module")
def network() -> Network:
    return load(find("best"))


def test_the_versions_are_those_of_scipy() -> None:
    images = load_mnist().x_test[:4]
    versions = second_look.versions_of(images)
    assert versions.shape == (4, 7, 28, 28)
    assert versions.dtype == np.float32
    plain = to_input(images)
    np.testing.assert_array_equal(versions[:, 0], plain)
    for name, corruption, level in [
        ("turned to the left", "rotation", 5),
        ("turned to the right", "rotation", -5),
        ("larger", "scale", STRETCH),
        ("smaller", "scale", 1 / STRETCH),
    ]:
        expected = CORRUPTIONS[corruption].apply(plain, level)
        np.testing.assert_allclose(versions[:, NAMES.index(name)], expected, atol=1e-5)
    slanted = ndimage.affine_transform(
        plain[0], ((1, 0), (second_look.SHEAR, 1)), (0, -second_look.SHEAR * 13.5), order=1
    )
    np.testing.assert_allclose(versions[0, NAMES.index("slanted to the right")], slanted, atol=1e-5)


def test_names_say_where_the_ink_goes() -> None:
    # A vertical line: what leans to the right has its top further right than its foot.
    line = np.zeros((1, 28, 28), np.float32)
    line[0, 4:24, 13:15] = 1
    versions = second_look.versions_of(line)[0]

    def lean(name: str) -> float:
        version = versions[NAMES.index(name)]
        columns = np.arange(28)
        top, foot = (version[row] @ columns / version[row].sum() for row in (6, 21))
        return float(top - foot)

    assert lean("as it is") == 0
    assert lean("slanted to the right") > 1 > -1 > lean("slanted to the left")
    assert lean("turned to the right") > 1 > -1 > lean("turned to the left")
    heights = [
        (versions[NAMES.index(name)].sum(axis=1) > 0.5).sum()
        for name in ("smaller", "as it is", "larger")
    ]
    assert heights[0] < heights[1] < heights[2]


def test_the_answer_is_the_mean_probability_of_the_versions(network: Network) -> None:
    images = load_mnist().x_test[:3]
    versions = second_look.versions_of(images)
    each = np.stack([softmax(network.logits(versions[:, k]), axis=1) for k in range(7)])
    done: list[float] = []
    logits = second_look.logits(network, images, done.append)
    np.testing.assert_allclose(softmax(logits, axis=1), each.mean(axis=0), atol=1e-5)
    assert done == [3]
    assert second_look.logits(network, images[:0]).shape == (0, 10)


def test_a_look_at_one_picture_has_the_answer_to_each_version(network: Network) -> None:
    image = to_input(load_mnist().x_test[7])
    fitted = calibration.Calibration(0.5, 100, 0, 0, 0, 0)
    look = second_look.read(network, fitted, image)
    mean = second_look.logits(network, image[np.newaxis])[0]
    np.testing.assert_allclose(look.reading.probabilities, softmax(mean / 0.5), atol=1e-5)
    assert look.images.shape == (7, 28, 28)
    assert look.digits == tuple(network.logits(look.images).argmax(axis=1))
    assert look.reading.verdict == DigitReader(network, None).read(image).verdict == "digit"
    blank = second_look.read(network, None, np.zeros((28, 28), np.float32))
    assert blank.reading.verdict == "blank"


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ((7,) * 7, "all say 7"),
        ((7, 7, 1, 7, 7, 7, 7), "6 say 7, 1 says 1"),
        ((1, 7, 7, 7, 7, 1, 9), "4 say 7, 2 say 1, 1 says 9"),
    ],
)
def test_votes_in_words(digits: tuple[int, ...], text: str) -> None:
    reading = Reading(np.zeros(10, np.float32), np.full(10, 0.1, np.float32), "digit")
    look = SecondLook(reading, np.zeros((7, 28, 28), np.float32), digits)
    assert look.votes_text == text


@pytest.mark.slow
def test_a_second_look_reads_more_held_out_digits_and_is_calibrated_on_its_own(
    network: Network,
) -> None:
    snapshot = find("best")
    data = load_mnist()
    held_out = data.x_train[-5_000:], data.y_train[-5_000:]
    single, second = network.logits(held_out[0]), second_look.logits(network, held_out[0])
    right = [int((logits.argmax(axis=1) == held_out[1]).sum()) for logits in (single, second)]
    assert right[1] > right[0]
    fitted = second_look.calibration_of(snapshot, network)
    assert fitted is not None
    assert fitted != calibration.calibration_of(snapshot, network)
    assert fitted == calibration.fit(second, held_out[1])
    assert second_look.calibration_of(find("reference"), load(find("reference"))) is None
