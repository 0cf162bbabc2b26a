"""Inference of the trainer against stock Keras layers."""

from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network.fast_inference import BATCH_SIZE, FastInference, inference_logits
from mnistviz.network.keras_model import build
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import find

pytestmark = pytest.mark.compiles


@pytest.fixture
def double_precision() -> Iterator[None]:
    """Keras in float64, where rounding hides no difference between two formulas."""
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy("float32")


SPECS = [
    ModelSpec(),
    ModelSpec(batch_norm=False),
    *(
        ModelSpec(network=text)
        for text in (
            "4C3same-BN-5C3same-BN-D0.1-MP3S2-DW3-BN-6C3S2-BN-AP2-BN-F-8FC-BN-10FC",
            "BN-4C5:tanh-BN-MP2same-5C3:none-BN-10C1-BN-GAP",
        )
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.text)
@pytest.mark.usefixtures("double_precision")
def test_logits_are_those_of_the_stock_layers(spec: ModelSpec) -> None:
    generator = np.random.default_rng(7)
    network = build(spec, seed=1)
    # Scales of both signs: a negative one turns the pool's maximum into a minimum.
    network.set_weights(
        [
            generator.random(array.shape)
            if "variance" in weight.path
            else generator.normal(size=array.shape)
            for array, weight in zip(network.get_weights(), network.weights, strict=True)
        ]
    )
    images = tf.constant(generator.random((3, 28, 28, 1)))
    expected = images
    for layer in network.layers[:-1]:
        expected = layer(expected, training=False)
    np.testing.assert_allclose(inference_logits(network, images), expected, rtol=1e-9)


def test_logits_are_those_of_the_weights_at_the_time_of_the_call() -> None:
    stored: Network = load(find("reference"))
    keras_network = build(stored.spec)
    inference = FastInference(keras_network)
    images = load_mnist().x_test[: BATCH_SIZE + 1]
    before = inference.logits(images[:2])
    keras_network.set_weights(
        [array for layer in stored.weights.values() for array in layer.values()]
    )
    done: list[float] = []
    logits = inference.logits(images, done.append)
    assert np.abs(logits[:2] - before).max() > 1e-3
    np.testing.assert_allclose(logits, stored.logits(to_input(images)), atol=1e-4)
    assert done == [BATCH_SIZE, BATCH_SIZE + 1]
    assert inference.logits(images[:0]).shape == (0, 10)
