"""Preferred inputs: slopes against finite differences, results against everything else."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.inspection import PreferredInputs
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image import preferred_input
from mnistviz.inspection.image.preferred_input import ChannelGradients, penalty, preferred_inputs
from mnistviz.inspection.image.receptive_field import field_of
from mnistviz.network.network import Network
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.convolution_oracle import convolve, forward
from tests.helpers.made_networks import random_network
from tests.helpers.own_networks import OWN_NETWORKS

REFERENCE = open_run(BUNDLED_HOME / "reference", bundled=True)
LAST = snapshots.steps_of(REFERENCE)[-1]
WEIGHTS = snapshots.read(Snapshot(REFERENCE, LAST))
MODEL = REFERENCE.spec.model
SIZES = {"conv1": 3, "conv3": 7, "conv4": 8, "conv5": 12, "conv8": 28}


@pytest.fixture(scope="module")
def network() -> Network:
    return load(Snapshot(REFERENCE, LAST))


@pytest.fixture(scope="module")
def gradients(network: Network) -> dict[str, ChannelGradients]:
    return {layer: ChannelGradients(network, layer) for layer in SIZES}


@pytest.fixture(scope="module")
def found(gradients: dict[str, ChannelGradients]) -> dict[str, PreferredInputs]:
    return {layer: preferred_inputs(gradient, range(10)) for layer, gradient in gradients.items()}


def exact_value(layer: str, patch: np.ndarray, channel: int) -> float:
    """What the channel makes of the patch at place 0, 0 of a sheet without ink, in float64."""
    image = np.zeros((28, 28))
    image[: len(patch), : len(patch)] = patch
    if layer == "conv1":
        values = image[..., np.newaxis]
    else:
        values = forward(WEIGHTS, image)[f"conv{int(layer[-1]) - 1}"]
        if layer == "conv4":
            values = np.maximum.reduce([values[y::2, x::2] for y in (0, 1) for x in (0, 1)])
    return float(convolve(values, WEIGHTS[layer]["kernel"], WEIGHTS[layer]["bias"])[0, 0, channel])


@pytest.mark.parametrize("layer", SIZES)
def test_a_value_is_the_networks_own_and_its_slope_that_of_finite_differences(
    layer: str, gradients: dict[str, ChannelGradients]
) -> None:
    gradient = gradients[layer]
    assert gradient.size == SIZES[layer]
    generator = np.random.default_rng(1)
    patch = generator.uniform(0, 1, (gradient.size, gradient.size))
    values, slopes = gradient.values_and_gradients(patch[np.newaxis], np.array([3], np.int32))
    assert values[0] == pytest.approx(exact_value(layer, patch, 3), rel=1e-4, abs=1e-4)
    step = 1e-6
    for row, column in generator.integers(0, gradient.size, (6, 2)):
        moved = np.zeros_like(patch)
        moved[row, column] = step
        both = [exact_value(layer, patch + sign * moved, 3) for sign in (1, -1)]
        assert slopes[0, row, column] == pytest.approx(
            (both[0] - both[1]) / (2 * step), rel=1e-3, abs=1e-3
        )


def test_the_slope_of_the_penalty_is_that_of_finite_differences() -> None:
    generator = np.random.default_rng(2)
    ink = generator.uniform(0, 1, (2, 6, 6))
    _, slope = penalty(ink, 4)
    step = 1e-6
    for place in [(0, 0, 0), (0, 5, 3), (1, 2, 5), (1, 3, 3)]:
        moved = np.zeros_like(ink)
        moved[place] = step
        difference = penalty(ink + moved, 4)[0] - penalty(ink - moved, 4)[0]
        assert slope[place] == pytest.approx(difference[place[0]] / (2 * step), rel=1e-5)


@pytest.mark.parametrize("layer", list(SIZES)[1:])
def test_it_raises_the_value_far_beyond_noise_and_random_inputs_of_the_same_norm(
    layer: str, found: dict[str, PreferredInputs], gradients: dict[str, ChannelGradients]
) -> None:
    one, gradient = found[layer], gradients[layer]
    assert one.images.shape == (10, gradient.size, gradient.size)
    assert one.images.min() >= 0
    assert one.images.max() <= 1
    generator = np.random.default_rng(3)
    for number, image in enumerate(one.images):
        others = generator.uniform(0, 1, (200, *image.shape))
        norms = np.linalg.norm(others, axis=(1, 2), keepdims=True)
        others *= np.linalg.norm(image) / norms
        values, _ = gradient.values_and_gradients(others, np.full(200, number, np.int32))
        assert one.values[number] == pytest.approx(exact_value(layer, image, number), rel=1e-3)
        assert one.values[number] > values.max()
        assert one.values[number] - values.mean() > 4 * values.std()
        assert one.values[number] > one.start_values[number]


def test_of_the_first_layer_it_is_where_the_kernel_is_positive_when_ink_is_free(
    gradients: dict[str, ChannelGradients], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single kernel is a plane: its highest point over the square of all inks is a corner."""
    monkeypatch.setattr(preferred_input, "INK_PENALTY", 0.0)
    monkeypatch.setattr(preferred_input, "EDGE_PENALTY", 0.0)
    one = preferred_inputs(gradients["conv1"], range(10))
    kernel = WEIGHTS["conv1"]["kernel"][:, :, 0]
    expected = np.moveaxis(kernel > 0, 2, 0)
    clear = np.moveaxis(np.abs(kernel) > 1e-2, 2, 0)
    np.testing.assert_allclose(one.images[clear], expected[clear], atol=1e-3)


def test_what_a_digit_likes_best_beats_every_test_image_and_is_read_as_it(
    found: dict[str, PreferredInputs],
    gradients: dict[str, ChannelGradients],
    network: Network,
) -> None:
    images = to_input(load_mnist().x_test[:100])
    for digit in range(10):
        values, _ = gradients["conv8"].values_and_gradients(images, np.full(100, digit, np.int32))
        assert found["conv8"].values[digit] > values.max()
    assert network.logits(found["conv8"].images).argmax(axis=1).tolist() == [*range(10)]


def test_a_channel_has_the_same_input_alone_and_tells_how_far_it_is(
    found: dict[str, PreferredInputs], gradients: dict[str, ChannelGradients]
) -> None:
    told: list[float] = []
    alone = preferred_inputs(gradients["conv3"], [4], told.append)
    np.testing.assert_allclose(alone.images[0], found["conv3"].images[4], atol=0.02)
    both = alone.with_more(found["conv3"])
    assert both.channels.tolist() == [4, 0, 1, 2, 3, 5, 6, 7, 8, 9]
    np.testing.assert_array_equal(both.images[0], alone.images[0])
    np.testing.assert_array_equal(both.images[1:5], found["conv3"].images[:4])
    assert told == pytest.approx(np.arange(1, 25) / 24)


def test_a_channel_that_answers_to_nothing_is_no_number_nowhere() -> None:
    dull = random_network(MODEL)
    for arrays in dull.weights.values():
        for array in arrays.values():
            array[:] = 0
    one = preferred_inputs(ChannelGradients(dull, "conv3"), [0])
    assert np.isfinite(one.images).all()
    assert one.values.tolist() == one.start_values.tolist() == [0]


def test_its_size_is_that_of_the_field() -> None:
    for layer, size in SIZES.items():
        assert field_of(MODEL, layer, 0, 0).size == size


@pytest.mark.parametrize("name", ["strides", "two_pools"])
def test_layers_of_any_kind_have_the_slopes_of_finite_differences(name: str) -> None:
    made = random_network(ModelSpec(network=OWN_NETWORKS[name]), 3)
    gradient = ChannelGradients(made, made.spec.convolutions[-1].name)
    generator = np.random.default_rng(1)
    image = generator.uniform(0, 1, (1, gradient.size, gradient.size))
    channel = np.array([2], np.int32)
    _, slopes = gradient.values_and_gradients(image, channel)
    assert np.abs(slopes).max() > 0
    for row, column in np.argwhere(np.abs(slopes[0]) > 1e-3)[::7][:10]:
        moved = np.repeat(image, 2, axis=0)
        moved[:, row, column] += np.array([1e-6, -1e-6])
        values, _ = gradient.values_and_gradients(moved, channel.repeat(2))
        difference = float(values[0] - values[1]) / 2e-6
        assert slopes[0, row, column] == pytest.approx(difference, rel=1e-3, abs=1e-6)
