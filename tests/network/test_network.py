"""The forward and the backward pass in NumPy against stock Keras and against differences."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network.layers import layer_gradients, layer_outputs, softmax
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from tests.helpers.made_networks import random_network
from tests.helpers.spec_strategies import models, networks

SMALL = [ModelSpec(channels=(2, 3, 4)), ModelSpec(channels=(2, 3, 4), batch_norm=False)]


@pytest.fixture(scope="module")
def reference() -> Network:
    return load(latest_snapshot(open_run(BUNDLED_HOME / "reference", bundled=True)))


@pytest.fixture(scope="module")
def images() -> FloatArray:
    return to_input(load_mnist().x_test[:1_001])


@pytest.mark.parametrize("count", [0, 1, 16, 17, 1_001])
def test_there_are_logits_for_each_image(
    reference: Network, images: FloatArray, count: int
) -> None:
    logits = reference.logits(images[:count])
    assert logits.shape == (count, 10)
    assert logits.dtype == np.float32
    one_by_one = [reference.logits(image[np.newaxis])[0] for image in images[:count][-3:]]
    np.testing.assert_allclose(logits[-3:], np.reshape(one_by_one, (-1, 10)), atol=1e-4)


def test_bytes_are_read_like_numbers_from_0_to_1(reference: Network) -> None:
    pixels = load_mnist().x_test[:20]
    np.testing.assert_array_equal(reference.logits(pixels), reference.logits(to_input(pixels)))


def test_probabilities_add_up_to_1(reference: Network, images: FloatArray) -> None:
    probabilities = reference.classify(images[:20])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(
        probabilities.argmax(axis=1), reference.logits(images[:20]).argmax(axis=1)
    )


def test_a_trained_network_reads_digits_and_an_untrained_one_does_not(
    reference: Network, images: FloatArray
) -> None:
    labels = load_mnist().y_test[: len(images)]
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    first = load(Snapshot(run, 0)).classify(images)
    assert np.mean(first.argmax(axis=1) == labels) < 0.5
    assert np.mean(reference.classify(images).argmax(axis=1) == labels) > 0.97


def test_progress_ends_with_all_images(reference: Network, images: FloatArray) -> None:
    done: list[float] = []
    reference.logits(images[:100], done.append)
    assert done == sorted(done)
    assert done[-1] == 100


def test_an_error_in_progress_ends_the_work(reference: Network, images: FloatArray) -> None:
    done: list[float] = []

    def stop(number: float) -> None:
        done.append(number)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        reference.logits(images, stop)
    assert len(done) == 1


def test_threads_may_share_a_network(reference: Network, images: FloatArray) -> None:
    parts = [images[start : start + 50] for start in range(0, 400, 50)]
    with ThreadPoolExecutor(4) as threads:
        logits = list(threads.map(reference.logits, parts))
    for part, answer in zip(parts, logits, strict=True):
        np.testing.assert_array_equal(answer, reference.logits(part))


def test_softmax_is_over_the_last_axis() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (4, 5, 10)).astype(np.float32)
    powers = np.exp(logits.astype(np.float64))
    expected = powers / powers.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-5)


@pytest.mark.parametrize("spec", SMALL, ids=str)
def test_gradients_are_those_of_differences(spec: ModelSpec) -> None:
    network = random_network(spec)
    generator = np.random.default_rng(3)
    # No two values are equal, and none is at the bend of a ReLU.
    image = generator.uniform(0, 1, (1, 28, 28))
    weights = generator.normal(size=10).astype(np.float32)

    def score(values: np.ndarray) -> float:
        outputs = layer_outputs(network.layers, network.weights, values[..., np.newaxis])
        return float(outputs["flatten"][0] @ weights)

    outputs = layer_outputs(network.layers, network.weights, image[..., np.newaxis])
    gradients = layer_gradients(
        network.layers, network.weights, image[..., np.newaxis], outputs, weights[np.newaxis]
    )
    step = 1e-6
    for row, column in generator.integers(0, 28, (20, 2)):
        moved = [image.copy(), image.copy()]
        moved[0][0, row, column] += step
        moved[1][0, row, column] -= step
        slope = (score(moved[0]) - score(moved[1])) / (2 * step)
        assert gradients["input"][0, row, column, 0] == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_gradients_by_layer_have_the_shapes_of_outputs(
    reference: Network, images: FloatArray
) -> None:
    outputs, gradients = reference.gradients(images[:2], np.eye(10, dtype=np.float32)[7])
    assert {name: array.shape for name, array in gradients.items() if name != "input"} == {
        name: array.shape for name, array in outputs.items()
    }
    assert gradients["input"].shape == (2, 28, 28, 1)
    np.testing.assert_array_equal(gradients["flatten"], np.tile(np.eye(10)[7], (2, 1)))


# ---------------------------------------------------------------- against stock Keras


def keras_network(network: Network):  # type: ignore[no-untyped-def]
    from mnistviz.network.keras_model import build

    built = build(network.spec)
    built.set_weights([array for layer in network.weights.values() for array in layer.values()])
    return built


def keras_gradients(network: Network, images: FloatArray, weights: FloatArray) -> np.ndarray:
    import tensorflow as tf

    values = tf.constant(images[..., np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(values)
        logits = values
        for layer in keras_network(network).layers[:-1]:
            logits = layer(logits, training=False)
        scores = tf.linalg.matvec(logits, weights)
    return np.asarray(tape.gradient(scores, values))[..., 0]


def assert_equal_to_keras(network: Network, images: FloatArray, tolerance: float) -> None:
    """Compare the outputs of every layer, relative to a layer's largest value."""
    values = images[..., np.newaxis]
    outputs = network.outputs(images)
    for layer in keras_network(network).layers[:-1]:
        values = np.asarray(layer(values, training=False))
        error = np.abs(outputs[layer.name] - values).max()
        assert error <= tolerance * max(1, np.abs(values).max()), layer.name


@pytest.mark.compiles
@settings(max_examples=50)
@given(networks(), st.integers(0, 2**31))
def test_a_network_of_any_layers_gives_the_outputs_and_gradients_of_keras(
    spec: ModelSpec, seed: int
) -> None:
    network = random_network(spec, seed)
    generator = np.random.default_rng(seed)
    images = generator.random((2, 28, 28), np.float32)
    assert_equal_to_keras(network, images, 1e-5)
    weights = generator.normal(size=10).astype(np.float32)
    gradients = network.gradients(images, weights)[1]["input"][..., 0]
    reference = keras_gradients(network, images, weights)
    assert np.abs(gradients - reference).max() <= 1e-4 * max(1e-3, np.abs(reference).max())


@pytest.mark.compiles
@settings(max_examples=20)
@given(models, st.integers(0, 2**31))
def test_a_random_spec_gives_the_outputs_of_keras(spec: ModelSpec, seed: int) -> None:
    network = random_network(spec, seed)
    generator = np.random.default_rng(seed)
    assert_equal_to_keras(network, generator.random((2, 28, 28), np.float32), 1e-5)


@pytest.mark.compiles
@pytest.mark.slow
@pytest.mark.parametrize("run", sorted(path.name for path in BUNDLED_HOME.iterdir()))
def test_a_bundled_run_gives_the_logits_and_gradients_of_keras(run: str) -> None:
    network = load(latest_snapshot(open_run(BUNDLED_HOME / run, bundled=True)))
    pixels = load_mnist().x_test
    logits = network.logits(pixels)
    expected = np.concatenate(
        [
            np.asarray(keras_logits(network, to_input(pixels[start : start + 1_000])))
            for start in range(0, len(pixels), 1_000)
        ]
    )
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    np.testing.assert_array_equal(logits.argmax(axis=1), expected.argmax(axis=1))
    images = to_input(pixels[:32])
    weights = np.eye(10, dtype=np.float32)[3]
    gradients = network.gradients(images, weights)[1]["input"][..., 0]
    reference = keras_gradients(network, images, weights)
    np.testing.assert_allclose(gradients, reference, atol=1e-4 * np.abs(reference).max())


def keras_logits(network: Network, images: FloatArray):  # type: ignore[no-untyped-def]
    values = images[..., np.newaxis]
    for layer in keras_network(network).layers[:-1]:
        values = layer(values, training=False)
    return values
