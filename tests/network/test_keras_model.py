"""The network that is built with Keras, against its specification."""

import keras
import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.network.keras_model import build

SPECS = [
    ModelSpec(),
    ModelSpec(channels=(8, 16, 32), dropout=0),
    ModelSpec(channels=(10, 12, 16), batch_norm=False, dropout=0),
    ModelSpec(channels=(1, 1, 1), batch_norm=False),
]


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
