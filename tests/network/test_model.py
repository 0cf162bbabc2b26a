"""The network that is built, loaded and asked, against its specification."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network.model import Classifier, build, softmax
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, Run, open_run
from mnistviz.runs.snapshots import Snapshot, latest_snapshot

SPECS = [
    ModelSpec(),
    ModelSpec(channels=(8, 16, 32), dropout=0),
    ModelSpec(channels=(10, 12, 16), batch_norm=False, dropout=0),
    ModelSpec(channels=(1, 1, 1), batch_norm=False),
]

# Keras 3.15 writes a file by `np.array(variable)`, which NumPy 2 calls deprecated for TensorFlow.
SAVING_WARNS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def reference() -> Run:
    return open_run(BUNDLED_HOME / "reference", bundled=True)


@pytest.fixture(scope="module")
def trained(reference: Run) -> keras.Sequential:
    return load(latest_snapshot(reference))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return to_input(load_mnist().x_test[:1_001])


# ---------------------------------------------------------------- build


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_keras_agrees_with_the_specification(spec: ModelSpec) -> None:
    network = build(spec)
    assert [
        (layer.name, type(layer).__name__, layer.output.shape[1:]) for layer in network.layers
    ] == [(layer.name, layer.type, layer.output_shape) for layer in spec.layers]
    assert [layer.count_params() for layer in network.layers] == [
        layer.parameters for layer in spec.layers
    ]
    assert network.count_params() == spec.parameters
    # Weights, not variables: a dropout layer has the state of its generator besides.
    fixed = [np.size(weight) for weight in network.non_trainable_weights]
    assert sum(fixed) == spec.non_trainable
    assert network.input_shape == (None, 28, 28, 1)
    assert network.output_shape == (None, 10)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_weights_come_in_the_order_of_the_specification(spec: ModelSpec) -> None:
    network = build(spec)
    expected = [(layer.name, *weight) for layer in spec.layers for weight in layer.weights]
    named = [tuple(variable.path.split("/")[-2:]) for variable in network.weights]
    assert named == [(layer, name) for layer, name, _ in expected]
    assert [array.shape for array in network.get_weights()] == [shape for *_, shape in expected]


def test_dropout_and_relu_are_set_as_specified() -> None:
    network = build(ModelSpec(dropout=0.25))
    rates = {layer.rate for layer in network.layers if isinstance(layer, keras.layers.Dropout)}
    assert rates == {0.25}
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    used = [layer.activation for layer in convolutions]
    assert used == [keras.activations.relu] * 7 + [keras.activations.linear]


def test_a_seed_names_the_first_weights() -> None:
    once, again, other = (build(ModelSpec(), seed).get_weights() for seed in (5, 5, 6))
    for left, right in zip(once, again, strict=True):
        np.testing.assert_array_equal(left, right)
    kernels = [index for index, array in enumerate(once) if array.ndim == 4]
    assert len(kernels) == 8
    for index in kernels:
        assert (once[index] != other[index]).any()


def test_layers_of_one_shape_start_differently() -> None:
    network = build(ModelSpec(), seed=5)
    second, fifth = (network.get_layer(name).get_weights()[0] for name in ("conv2", "conv5"))
    assert second.shape == fifth.shape
    assert (second != fifth).any()


# ---------------------------------------------------------------- load


def test_loading_puts_every_array_in_its_place(reference: Run, trained: keras.Sequential) -> None:
    weights = snapshots.read(latest_snapshot(reference))
    for layer in trained.layers:
        for variable in layer.weights:
            np.testing.assert_array_equal(variable, weights[layer.name][variable.name])


def test_step_0_is_a_snapshot_like_any_other(
    reference: Run, trained: keras.Sequential, images: np.ndarray
) -> None:
    labels = load_mnist().y_test[:200]
    first = Classifier(load(Snapshot(reference, 0))).classify(images[:200])
    last = Classifier(trained).classify(images[:200])
    assert np.mean(first.argmax(axis=1) == labels) < 0.5
    assert np.mean(last.argmax(axis=1) == labels) > 0.97


@SAVING_WARNS
def test_a_saved_network_opens_with_stock_keras(
    trained: keras.Sequential, images: np.ndarray, tmp_path: Path
) -> None:
    file = tmp_path / "network.keras"
    trained.save(file)
    with zipfile.ZipFile(file) as archive:
        config = json.loads(archive.read("config.json"))
    assert {module.partition(".")[0] for module in modules_in(config)} == {"keras"}
    opened = keras.models.load_model(file)
    expected = Classifier(trained).classify(images[:50])
    found = opened(images[:50, ..., np.newaxis], training=False)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def modules_in(config: Any) -> set[str]:
    """Every module that a saved network needs to be opened."""
    if isinstance(config, dict):
        own = {config["module"]} if isinstance(config.get("module"), str) else set()
        return own.union(*(modules_in(value) for value in config.values()))
    if isinstance(config, list):
        return set().union(*(modules_in(value) for value in config))
    return set()


# ---------------------------------------------------------------- classify


@pytest.mark.parametrize("count", [0, 1, 1_001])
def test_logits_are_what_goes_into_the_softmax(
    trained: keras.Sequential, images: np.ndarray, count: int
) -> None:
    found = Classifier(trained).logits(images[:count])
    assert found.shape == (count, 10)
    assert found.dtype == np.float32
    if count:
        before_softmax = keras.Model(trained.inputs[0], trained.get_layer("flatten").output)
        expected = before_softmax(images[:count, ..., np.newaxis], training=False)
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_probabilities_are_those_of_the_network(
    trained: keras.Sequential, images: np.ndarray
) -> None:
    found = Classifier(trained).classify(images[:100])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    expected = trained(images[:100, ..., np.newaxis], training=False)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_classifier_answers_with_the_weights_the_network_has_now(images: np.ndarray) -> None:
    network = build(ModelSpec(channels=(2, 2, 2)), seed=1)
    classifier = Classifier(network)
    before = classifier.logits(images[:2])
    network.set_weights(build(ModelSpec(channels=(2, 2, 2)), seed=2).get_weights())
    assert np.abs(classifier.logits(images[:2]) - before).max() > 1e-3


def test_softmax_is_over_the_last_axis() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (4, 5, 10)).astype(np.float32)
    powers = np.exp(logits.astype(np.float64))
    expected = powers / powers.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-5)


def test_threads_may_share_a_classifier(trained: keras.Sequential, images: np.ndarray) -> None:
    classifier = Classifier(trained)
    parts = [images[start : start + 50] for start in range(0, 400, 50)]
    # The first call, which traces the network, happens in the threads too.
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(classifier.logits, parts))
    for part, answer in zip(parts, found, strict=True):
        np.testing.assert_allclose(answer, classifier.logits(part), atol=1e-5)
