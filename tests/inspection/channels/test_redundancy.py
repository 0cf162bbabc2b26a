"""Redundancy of channels: against NumPy, known spectra, and a network with planted twins."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.inspection import LayerStatistics
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.channels.channel_statistics import layer_statistics
from mnistviz.inspection.channels.redundancy import (
    cluster_order,
    components_needed,
    correlation_of,
    effective_rank,
    spectrum,
    use_of,
)
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.network import batches
from mnistviz.network.network import Network
from tests.helpers.made_networks import random_network

NUM_IMAGES = 30


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(ModelSpec(channels=(5, 4, 6)), seed=4)


@pytest.fixture(scope="module")
def found(network: Network) -> dict[str, LayerStatistics]:
    told: list[int] = []
    result = layer_statistics(network, load_mnist().x_test[:NUM_IMAGES], told.append)
    assert told == [batches.BATCH_SIZE, NUM_IMAGES]
    return result


@pytest.fixture(scope="module")
def places(network: Network) -> dict[str, np.ndarray]:
    """(images · places, channels) of each layer's ReLU outputs, one image at a time."""
    each = [
        {one.layer: one.values for one in stages(network, image) if one.stage == "relu"}
        for image in to_input(load_mnist().x_test[:NUM_IMAGES])
    ]
    return {
        layer: np.concatenate([maps[layer].reshape(-1, maps[layer].shape[-1]) for maps in each])
        for layer in each[0]
    }


@pytest.mark.parametrize("layer", [f"conv{number}" for number in range(1, 8)])
def test_moments_are_those_of_all_places_of_all_images_at_once(
    layer: str, found: dict[str, LayerStatistics], places: dict[str, np.ndarray]
) -> None:
    flat = places[layer].astype(np.float64)
    np.testing.assert_allclose(found[layer].mean, flat.mean(axis=0), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found[layer].largest, flat.max(axis=0), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found[layer].active, (flat > 0).mean(axis=0), atol=1e-6)
    expected = np.cov(flat, rowvar=False, bias=True)
    np.testing.assert_allclose(found[layer].covariance, expected, rtol=1e-3, atol=1e-8)


def test_the_last_convolution_has_no_relu_and_is_left_out(
    found: dict[str, LayerStatistics],
) -> None:
    assert list(found) == [f"conv{number}" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("variances", "rank", "needed_95", "needed_99"),
    [
        ([1, 1, 1, 1], 4, 4, 4),
        ([3, 0, 0], 1, 1, 1),
        ([0, 0], 0, 0, 0),
        # Shares of 1/2, 1/4, 1/4: the entropy is 1.5 bits.
        ([2, 1, 1], 2**1.5, 3, 3),
        (
            [95, 4, 1],
            np.exp(-0.95 * np.log(0.95) - 0.04 * np.log(0.04) - 0.01 * np.log(0.01)),
            1,
            2,
        ),
    ],
)
def test_ranks_of_known_spectra(
    variances: list[float], rank: float, needed_95: int, needed_99: int
) -> None:
    values = np.array(variances, np.float64)
    assert effective_rank(values) == pytest.approx(rank)
    assert components_needed(values, 0.95) == needed_95
    assert components_needed(values, 0.99) == needed_99


def test_the_spectrum_is_that_of_the_singular_values_of_the_data() -> None:
    data = np.random.default_rng(3).normal(size=(500, 6)) @ np.diag([5, 4, 3, 2, 1, 0])
    centred = data - data.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    covariance = np.cov(data, rowvar=False, bias=True)
    np.testing.assert_allclose(spectrum(covariance), singular**2 / 500, atol=1e-12)
    np.testing.assert_allclose(
        correlation_of(covariance)[:5, :5], np.corrcoef(data[:, :5], rowvar=False)
    )


def test_planted_twins_and_dead_channels_are_found_and_no_others() -> None:
    network = random_network(ModelSpec(channels=(5, 4, 6)), seed=4)
    kernel, bias = network.weights["conv1"].values()
    # 3 says twice what 0 says; 2 never says anything.
    kernel[..., 3], bias[3] = 2 * kernel[..., 0], 2 * bias[0]
    kernel[..., 2], bias[2] = 0, -1
    found = layer_statistics(network, load_mnist().x_test[:NUM_IMAGES])
    one = use_of("conv1", found["conv1"])
    assert one.dead == (2,)
    # 0 and 3 by construction; any other pair only if it is as alike.
    correlation = correlation_of(found["conv1"].covariance)
    assert np.isnan(correlation[2]).all()
    alike = [
        (first, second)
        for first in range(5)
        for second in range(first + 1, 5)
        if abs(correlation[first, second]) >= 0.95
    ]
    assert (0, 3) in alike
    assert list(one.twins) == alike
    assert one.needed_99 <= 3
    assert spectrum(found["conv1"].covariance)[-2:] == pytest.approx([0, 0], abs=1e-6)


def test_channels_that_go_together_stand_side_by_side() -> None:
    correlation = np.eye(4)
    for first, second, value in ((0, 2, 0.9), (1, 3, -0.8)):
        correlation[first, second] = correlation[second, first] = value
    order = cluster_order(correlation).tolist()
    assert sorted(order) == [0, 1, 2, 3]
    assert abs(order.index(0) - order.index(2)) == 1
    assert abs(order.index(1) - order.index(3)) == 1


def test_a_layer_that_never_varies_has_rank_0_and_an_order() -> None:
    flat = LayerStatistics(np.zeros(3), np.zeros(3), np.zeros(3), np.zeros((3, 3)))
    one = use_of("conv1", flat)
    assert (one.effective_rank, one.needed_99, one.dead, one.twins) == (0, 0, (0, 1, 2), ())
    correlation = correlation_of(flat.covariance)
    assert sorted(cluster_order(correlation).tolist()) == [0, 1, 2]
