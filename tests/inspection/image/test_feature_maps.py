"""The maps of every layer, against the network written once more in NumPy."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import Weights
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.network.network import Network
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, Run, open_run
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from tests.helpers.made_networks import random_network

# Keras' default, which the networks are built with.
EPSILON = 1e-3

CONVOLUTION_AND_RELU = ("convolution", "relu")
WITH_NORMALIZATION = (*CONVOLUTION_AND_RELU, "normalization")


@pytest.fixture(scope="module")
def reference() -> Run:
    return open_run(BUNDLED_HOME / "reference", bundled=True)


@pytest.fixture(scope="module")
def trained(reference: Run) -> Network:
    return load(latest_snapshot(reference))


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return to_input(load_mnist().x_test[4])


def convolve(values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    windows = sliding_window_view(values, kernel.shape[:2], axis=(0, 1))
    return np.einsum("yxihw,hwio->yxo", windows, kernel) + bias


def normalize(values: np.ndarray, norm: dict[str, np.ndarray]) -> np.ndarray:
    centred = (values - norm["moving_mean"]) / np.sqrt(norm["moving_variance"] + EPSILON)
    return norm["gamma"] * centred + norm["beta"]


def pool(values: np.ndarray) -> np.ndarray:
    corners = [values[y::2, x::2] for y in (0, 1) for x in (0, 1)]
    return np.maximum.reduce(corners)


def expected_stages(image: np.ndarray, weights: Weights) -> list[tuple[str, str, np.ndarray]]:
    exact = {
        layer: {name: array.astype(np.float64) for name, array in arrays.items()}
        for layer, arrays in weights.items()
    }
    found: list[tuple[str, str, np.ndarray]] = []
    values = image.astype(np.float64)[..., np.newaxis]
    for number in range(1, 9):
        name = f"conv{number}"
        values = convolve(values, exact[name]["kernel"], exact[name]["bias"])
        found.append((name, "convolution", values))
        if number == 8:
            break
        values = np.maximum(values, 0)
        found.append((name, "relu", values))
        if f"bn{number}" in exact:
            values = normalize(values, exact[f"bn{number}"])
            found.append((name, "normalization", values))
        if number == 3:
            values = pool(values)
            found.append(("pool", "pool", values))
    powers = np.exp(values.ravel() - values.max())
    return [*found, ("softmax", "softmax", powers / powers.sum())]


def assert_stages_equal(
    found: tuple[LayerOutput, ...], expected: list[tuple[str, str, np.ndarray]]
) -> None:
    assert [(one.layer, one.stage) for one in found] == [(layer, at) for layer, at, _ in expected]
    for one, (layer, at, values) in zip(found, expected, strict=True):
        assert one.values.shape == values.shape
        assert one.values.dtype == np.float32
        np.testing.assert_allclose(one.values, values, atol=1e-4, err_msg=f"{layer} {at}")


def test_every_stage_of_the_reference_network(
    reference: Run, trained: Network, image: np.ndarray
) -> None:
    weights = snapshots.read(latest_snapshot(reference))
    assert_stages_equal(stages(trained, image), expected_stages(image, weights))


def test_step_0_has_its_own_stages(reference: Run, image: np.ndarray) -> None:
    expected = expected_stages(image, snapshots.read(Snapshot(reference, 0)))
    assert_stages_equal(stages(load(Snapshot(reference, 0)), image), expected)


def test_every_stage_of_a_network_without_normalization(image: np.ndarray) -> None:
    network = random_network(ModelSpec(channels=(3, 4, 5), batch_norm=False, dropout=0), seed=2)
    assert_stages_equal(stages(network, image), expected_stages(image, network.weights))


@pytest.mark.parametrize("batch_norm", [True, False])
def test_the_list_of_stages_is_complete_and_in_order(batch_norm: bool, image: np.ndarray) -> None:
    found = stages(random_network(ModelSpec(batch_norm=batch_norm)), image)
    of_one = WITH_NORMALIZATION if batch_norm else CONVOLUTION_AND_RELU
    first = [(name, stage) for name in ("conv1", "conv2", "conv3") for stage in of_one]
    second = [(name, stage) for name in ("conv4", "conv5", "conv6", "conv7") for stage in of_one]
    last = [("conv8", "convolution"), ("softmax", "softmax")]
    assert [(one.layer, one.stage) for one in found] == [*first, ("pool", "pool"), *second, *last]


def test_the_shapes_are_those_of_the_specification(trained: Network, image: np.ndarray) -> None:
    shapes = {layer.name: layer.output_shape for layer in ModelSpec().layers}
    for one in stages(trained, image):
        assert one.values.shape == shapes[one.layer]


def test_the_last_stage_is_the_answer(trained: Network, image: np.ndarray) -> None:
    answer = stages(trained, image)[-1].values
    np.testing.assert_allclose(answer, trained.classify(image[np.newaxis])[0], atol=1e-6)


def test_a_blank_image_has_stages_too(trained: Network) -> None:
    found = stages(trained, np.zeros((28, 28), np.float32))
    biases = trained.weights["conv1"]["bias"]
    np.testing.assert_array_equal(found[0].values, np.broadcast_to(biases, (26, 26, 10)))
