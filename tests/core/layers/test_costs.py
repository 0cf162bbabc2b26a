"""Receptive fields, sizes and hints."""

import numpy as np
import pytest

from mnistviz.core.layers.costs import costs_of, hints
from mnistviz.core.layers.notation import layers_of, parse_parts
from mnistviz.core.model_spec import ModelSpec
from mnistviz.network.layers import layer_gradients, layer_outputs
from tests.helpers.made_networks import random_weights


@pytest.mark.parametrize("text", ["8C3-3C5S2-AP2-2C3-10C3", "4C3-MP2-DW3-AP3S2-F-10FC"])
def test_receptive_fields_are_the_pixels_with_a_gradient(text: str) -> None:
    spec = ModelSpec(network=text)
    # With positive weights, no ReLU hides a pixel.
    weights = {
        layer: {name: np.abs(array).astype(np.float64) for name, array in arrays.items()}
        for layer, arrays in random_weights(spec).items()
    }
    image = np.random.default_rng(0).random((1, 28, 28, 1))
    for number, cost in enumerate(costs_of(spec.layers[:-1]), 1):
        layers = spec.layers[:number]
        outputs = layer_outputs(layers, weights, image)
        upstream = np.zeros(outputs[cost.layer.name].shape)
        upstream.reshape(-1, upstream.shape[-1])[0, 0] = 1
        gradient = layer_gradients(layers, weights, image, outputs, upstream)["input"][0, ..., 0]
        rows, columns = np.nonzero(gradient)
        extent = max(np.ptp(rows), np.ptp(columns)) + 1
        # A maximum has the gradient of one of its values only.
        pooled = any(layer.type == "MaxPooling2D" for layer in layers)
        assert extent <= cost.receptive_field, cost.layer.name
        assert pooled or extent == cost.receptive_field, cost.layer.name


def test_the_published_network_sees_16_pixels_before_its_last_convolution() -> None:
    costs = {cost.layer.name: cost for cost in costs_of(ModelSpec().layers)}
    assert costs["conv3"].receptive_field == 7
    assert costs["conv6"].receptive_field == 16
    assert costs["conv8"].receptive_field == 28
    assert costs["conv1"].output_bytes == 4 * 26 * 26 * 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("8C3:none-BN-MP2-F-10FC", "biases of conv1 have no effect"),
        ("8C3-MP2-8C3-GAP-10FC", "conv2 sees 8 of 28 pixels: the average then mixes"),
        ("8C3-MP2-F-10FC", "only the dense layers after it see the whole digit"),
        ("8C3-F-10FC", "of all parameters are in dense1"),
        ("F-8FC:none-10FC", "Nothing bends the output of dense1"),
        ("F-10FC-D0.5", "dropout sets scores"),
    ],
)
def test_hints_name_what_is_wasted(text: str, says: str) -> None:
    assert any(says in hint for hint in hints(layers_of(parse_parts(text))))


def test_the_published_network_has_no_hints() -> None:
    assert hints(ModelSpec().layers) == ()
