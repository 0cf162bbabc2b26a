"""Attributions against finite differences, a linear network and NumPy."""

from typing import get_args

import numpy as np
import pytest

from mnistviz.core.errors import SpecError
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image import attribution
from mnistviz.inspection.image.attribution import (
    Attribution,
    Method,
    attribute,
    contrast,
    grad_cam,
    gradients_of,
    integrated_gradients,
    occlusion,
    scores_of,
    smoothgrad,
)
from mnistviz.network import batches
from mnistviz.network.network import Network
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from tests.helpers.convolution_oracle import EPSILON, Weights, forward
from tests.helpers.made_networks import OneConvolution, random_network

REFERENCE = open_run(BUNDLED_HOME / "reference", bundled=True)
LAST = snapshots.steps_of(REFERENCE)[-1]
METHODS = get_args(Method)


@pytest.fixture(scope="module")
def network() -> Network:
    return load(Snapshot(REFERENCE, LAST))


@pytest.fixture(scope="module")
def weights() -> Weights:
    return snapshots.read(Snapshot(REFERENCE, LAST))


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return to_input(load_mnist().x_test[0])


@pytest.fixture(scope="module")
def linear() -> tuple[Network, np.ndarray]:
    """A network that is one convolution over the whole image, and its templates (28, 28, 10)."""
    network = random_network(OneConvolution(), seed=3)
    network.weights["conv1"]["kernel"][:] *= 28
    return network, network.weights["conv1"]["kernel"][:, :, 0]


# ---------------------------------------------------------------- what is explained


def test_a_contrast_weighs_the_logits() -> None:
    np.testing.assert_array_equal(contrast(0), np.eye(10)[0])
    np.testing.assert_array_equal(contrast(0, 9), np.eye(10)[0] - np.eye(10)[9])
    np.testing.assert_array_equal(contrast(9, 0), np.eye(10)[9] - np.eye(10)[0])


@pytest.mark.parametrize(
    ("target", "against", "message"),
    [
        (10, None, "target: expected a digit from 0 to 9, got 10"),
        (3, -1, "against: expected a digit from 0 to 9, got -1"),
        (0, 0, "against: expected another digit than the target, got 0 for both"),
    ],
)
def test_a_contrast_of_no_two_digits_is_refused(
    target: int, against: int | None, message: str
) -> None:
    with pytest.raises(SpecError) as error:
        contrast(target, against)
    assert str(error.value) == message


def test_scores_are_those_of_the_network(
    network: Network, weights: Weights, image: np.ndarray
) -> None:
    logits = forward(weights, image)["conv8"].ravel()
    assert scores_of(network, image[None], contrast(7))[0] == pytest.approx(logits[7], abs=1e-4)
    found = scores_of(network, image[None], contrast(0, 7))[0]
    assert found == pytest.approx(logits[0] - logits[7], abs=1e-4)


# ---------------------------------------------------------------- gradients


def test_gradients_are_finite_differences(
    network: Network, weights: Weights, image: np.ndarray
) -> None:
    """Differences in float64 and so small that no ReLU switches on the way.

    On a grey sheet: where the paper is white, the four values under the pool are equal, and
    more ink changes the largest but less ink does not.
    """
    image = image + np.random.default_rng(0).uniform(0, 0.1, (28, 28)).astype(np.float32)
    scores, gradients = gradients_of(network, image[None], contrast(0, 6))
    assert scores[0] == pytest.approx(scores_of(network, image[None], contrast(0, 6))[0], rel=1e-5)
    for y, x in [(5, 8), (14, 14), (20, 12), (27, 27), (0, 0)]:
        ahead, behind = (image.astype(np.float64) for _ in range(2))
        ahead[y, x] += 1e-7
        behind[y, x] -= 1e-7
        by_logit = forward(weights, ahead)["conv8"] - forward(weights, behind)["conv8"]
        expected = float(by_logit.ravel() @ contrast(0, 6)) / 2e-7
        assert gradients[0, y, x] == pytest.approx(expected, abs=1e-3)


def test_gradients_of_more_images_than_a_batch(linear: tuple[Network, np.ndarray]) -> None:
    images = np.zeros((batches.BATCH_SIZE + 3, 28, 28), np.float32)
    scores, gradients = gradients_of(linear[0], images, contrast(4))
    assert scores.shape == (len(images),)
    assert gradients.shape == images.shape


def test_gradients_at_the_last_maps(network: Network, weights: Weights, image: np.ndarray) -> None:
    """From the last maps to the scores, all is linear: the gradient can be written down."""
    maps, slope = (of_all["conv7"][0] for of_all in network.gradients(image[None], contrast(7, 2)))
    scale = weights["bn7"]["gamma"] / np.sqrt(weights["bn7"]["moving_variance"] + EPSILON)
    expected = weights["conv8"]["kernel"] @ contrast(7, 2) * scale
    np.testing.assert_allclose(slope, expected, atol=1e-5)
    assert maps.shape == (7, 7, 10)
    assert maps.min() >= 0


# ---------------------------------------------------------------- integrated gradients


def test_integrated_gradients_of_a_linear_network(
    linear: tuple[Network, np.ndarray], image: np.ndarray
) -> None:
    network, templates = linear
    found = integrated_gradients(network, image, contrast(0, 5))
    np.testing.assert_allclose(
        found.values, image * (templates[..., 0] - templates[..., 5]), atol=1e-5
    )
    assert found.steps == attribution.FIRST_STEPS
    assert found.completeness_error < 1e-4


def test_integrated_gradients_are_the_mean_gradient_on_the_way(
    network: Network, image: np.ndarray
) -> None:
    found = integrated_gradients(network, image, contrast(7, 3)).values
    places = (np.arange(2000, dtype=np.float32) + 0.5) / 2000
    _, gradients = gradients_of(network, places[:, None, None] * image, contrast(7, 3))
    expected = image * gradients.mean(axis=0)
    assert np.abs(found - expected).max() < 0.05 * np.abs(expected).max()


def test_only_steps_that_miss_are_divided() -> None:
    """On the way to these images the score bends often: dividing all steps took 4,096."""
    best = open_run(BUNDLED_HOME / "best", bundled=True)
    network = load(latest_snapshot(best))
    steps = []
    for index, (target, against) in {0: (7, 6), 14: (1, 7), 48: (4, 9)}.items():
        image = to_input(load_mnist().x_test[index])
        found = integrated_gradients(network, image, contrast(target, against))
        assert found.completeness_error <= attribution.COMPLETENESS_GOAL
        steps.append(found.steps)
    assert attribution.FIRST_STEPS < max(steps) < 1.5 * attribution.FIRST_STEPS


@pytest.mark.slow
def test_the_parts_add_up_to_the_difference(network: Network) -> None:
    for index in range(12):
        image = to_input(load_mnist().x_test[index])
        scores = scores_of(network, np.stack([image] * 2 + [0 * image]), contrast(index % 10))
        found = integrated_gradients(network, image, contrast(index % 10))
        difference = scores[0] - scores[2]
        assert abs(found.values.sum() - difference) < 0.01 * abs(difference)
        assert found.completeness_error < 0.01
        assert found.baseline == pytest.approx(scores[2], rel=1e-5)


def test_the_error_of_completeness_is_a_share_of_the_difference() -> None:
    values = np.full((28, 28), 0.01, np.float32)
    assert Attribution(values, 5, -3, 1).completeness_error == pytest.approx(0.02, abs=1e-6)
    assert Attribution(values, 5, 5, 1).completeness_error == 1
    assert Attribution(0 * values, 5, 5, 1).completeness_error == 0


# ---------------------------------------------------------------- the other methods


def test_smoothgrad_of_a_linear_network_is_its_template(
    linear: tuple[Network, np.ndarray], image: np.ndarray
) -> None:
    network, templates = linear
    found = smoothgrad(network, image, contrast(3)).values
    np.testing.assert_allclose(found, templates[..., 3], atol=1e-5)


def test_smoothgrad_is_the_same_each_time(network: Network, image: np.ndarray) -> None:
    first, again = (smoothgrad(network, image, contrast(7)).values for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = smoothgrad(network, image, contrast(7), seed=1).values
    assert np.abs(first - other).max() > 1e-3
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] > 0.8


def test_occlusion_of_a_linear_network(
    linear: tuple[Network, np.ndarray], image: np.ndarray
) -> None:
    network, templates = linear
    parts = np.pad(image * templates[..., 2], 1)
    expected = [[parts[y : y + 3, x : x + 3].sum() for x in range(28)] for y in range(28)]
    found = occlusion(network, image, contrast(2), size=3)
    np.testing.assert_allclose(found.values, expected, atol=1e-3)


def test_occlusion_wipes_the_square_around_each_pixel(network: Network, image: np.ndarray) -> None:
    found = occlusion(network, image, contrast(7, 9))
    for y, x in [(0, 0), (8, 12), (20, 15), (27, 27)]:
        wiped = image.copy()
        wiped[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 0
        before, after = scores_of(network, np.stack([image, wiped]), contrast(7, 9))
        assert found.values[y, x] == pytest.approx(before - after, abs=1e-4)


def test_occlusion_asks_only_about_squares_with_ink(network: Network, image: np.ndarray) -> None:
    # A dot is in the 5×5 squares around 25 pixels; at the corner, around 9.
    for place, squares in [((10, 14), 25), ((0, 27), 9)]:
        dot = np.zeros_like(image)
        dot[place] = 0.5
        found = occlusion(network, dot, contrast(7, 9))
        assert found.steps == squares == np.count_nonzero(found.values)
    full = occlusion(network, np.maximum(image, 0.1), contrast(7, 9))
    assert full.steps == 28 * 28


def test_grad_cam_is_the_weighted_sum_of_the_maps(network: Network, image: np.ndarray) -> None:
    maps, slope = (of_all["conv6"][0] for of_all in network.gradients(image[None], contrast(7)))
    coarse = np.zeros((7, 7))
    for channel in range(20):
        coarse += slope[..., channel].mean() * maps[..., channel]
    coarse = np.maximum(coarse, 0)
    assert coarse.max() > 0
    found = grad_cam(network, image, contrast(7), "conv6").values
    # The middles of what positions 0 to 6 see are 7.5, 9.5, …, 19.5: pixel 8 is a quarter of the
    # way from the first to the second.
    along = 0.75 * coarse[:, :-1] + 0.25 * coarse[:, 1:]
    expected = 0.75 * along[:-1] + 0.25 * along[1:]
    np.testing.assert_allclose(found[8:20:2, 8:20:2], expected, atol=1e-5)
    assert not found[:6].any()
    assert not found[:, 22:].any()


def test_grad_cam_at_a_layer_as_large_as_the_image_less_its_margin(
    network: Network, image: np.ndarray
) -> None:
    maps, slope = (of_all["conv1"][0] for of_all in network.gradients(image[None], contrast(7)))
    expected = np.maximum(maps @ slope.mean(axis=(0, 1)), 0)
    found = grad_cam(network, image, contrast(7), "conv1").values
    np.testing.assert_allclose(found[1:-1, 1:-1], expected, atol=1e-6)
    assert not found[0].any()


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("method", METHODS)
def test_an_image_without_ink_has_attributions_of_0(network: Network, method: Method) -> None:
    found = attribute(network, np.zeros((28, 28), np.float32), contrast(0), method)
    np.testing.assert_array_equal(found.values, np.zeros((28, 28)))
    assert found.completeness_error == 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("digits", [(0, None), (7, 0), (0, 7)])
def test_class_0_is_a_class(
    network: Network, image: np.ndarray, method: Method, digits: tuple[int, int | None]
) -> None:
    found = attribute(network, image, contrast(*digits), method)
    assert found.values.shape == (28, 28)
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    assert found.score == pytest.approx(
        float(scores_of(network, image[None], contrast(*digits))[0])
    )


@pytest.mark.parametrize("method", ["integrated-gradients", "smoothgrad", "occlusion"])
def test_the_opposite_question_has_the_opposite_answer(
    network: Network, image: np.ndarray, method: Method
) -> None:
    one = attribute(network, image, contrast(7, 2), method).values
    other = attribute(network, image, contrast(2, 7), method).values
    np.testing.assert_allclose(one, -other, atol=1e-4)
