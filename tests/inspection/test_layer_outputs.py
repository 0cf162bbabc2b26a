"""The walk over a network's layers, against Keras' own functional model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnistviz.core.model_spec import ModelSpec
from mnistviz.inspection.layer_outputs import (
    before_activation,
    block_ends,
    convolutions,
    image_batches,
    last_output,
    layer_outputs,
    relu_convolutions,
)
from mnistviz.network.model import build

PLAN = ModelSpec(channels=(4, 3, 5))
RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def network() -> keras.Sequential:
    return build(PLAN, seed=4)


@pytest.fixture(scope="module")
def values() -> tf.Tensor:
    return tf.constant(RANDOM.uniform(size=(2, 28, 28, 1)), tf.float32)


def test_the_outputs_are_those_of_keras_in_order(
    network: keras.Sequential, values: tf.Tensor
) -> None:
    outputs = layer_outputs(network.layers, values)
    assert list(outputs) == [layer.name for layer in network.layers]
    model = keras.Model(network.inputs, [layer.output for layer in network.layers])
    for output, expected in zip(outputs.values(), model(values), strict=True):
        np.testing.assert_allclose(output, expected, atol=1e-6)
    np.testing.assert_array_equal(last_output(outputs), outputs["softmax"])


def test_the_next_layer_takes_what_replaces_an_output(
    network: keras.Sequential, values: tf.Tensor
) -> None:
    outputs = layer_outputs(
        network.layers,
        values,
        replace=lambda name, output: tf.zeros_like(output) if name == "conv7" else output,
    )
    assert not outputs["conv7"].numpy().any()
    expected = network.get_layer("bn7")(outputs["conv7"], training=False)
    np.testing.assert_array_equal(outputs["bn7"], expected)


def test_before_its_activation_a_convolution_is_negative_too(
    network: keras.Sequential, values: tf.Tensor
) -> None:
    first = network.layers[0]
    sums = before_activation(first, values).numpy()
    assert sums.min() < 0
    np.testing.assert_allclose(np.maximum(sums, 0), first(values), atol=1e-6)


def test_a_block_ends_with_its_normalization_where_it_has_one(network: keras.Sequential) -> None:
    names = [f"conv{number}" for number in range(1, 8)]
    assert [layer.name for layer in relu_convolutions(network)] == names
    assert [layer.name for layer in convolutions(network)] == [*names, "conv8"]
    assert block_ends(network) == {name: name.replace("conv", "bn") for name in names}
    plain = build(ModelSpec(channels=(4, 3, 5), batch_norm=False))
    assert block_ends(plain) == {name: name for name in names}


def test_batches_are_images_in_order_with_progress() -> None:
    images = RANDOM.integers(0, 256, (5, 28, 28)).astype(np.uint8)
    done: list[int] = []
    batches = [batch.numpy() for batch in image_batches(images, 2, done.append)]
    assert [batch.shape for batch in batches] == [(2, 28, 28, 1), (2, 28, 28, 1), (1, 28, 28, 1)]
    np.testing.assert_allclose(np.concatenate(batches)[..., 0] * 255, images, atol=1e-4)
    assert done == [2, 4, 5]
