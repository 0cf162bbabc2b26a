"""The text form of a network."""

import pytest
from hypothesis import given

from mnistviz.core.errors import SpecError
from mnistviz.core.layers.layer import Layer
from mnistviz.core.layers.notation import canonical, layers_of, parse_parts
from mnistviz.core.model_spec import ModelSpec
from tests.helpers.spec_strategies import networks


def layers(text: str) -> dict[str, Layer]:
    return {layer.name: layer for layer in layers_of(parse_parts(text))}


def test_every_kind_of_layer_has_its_shape_and_its_weights() -> None:
    network = layers("6C5S2same:tanh-BN-D0.25-DW3-MP2-AP2S1-8C1-GAP-D0.5-12FC-BN-10FC")
    assert {name: layer.output_shape for name, layer in network.items()} == {
        "conv1": (14, 14, 6),
        "bn1": (14, 14, 6),
        "dropout1": (14, 14, 6),
        "depthwise1": (12, 12, 6),
        "pool": (6, 6, 6),
        "pool2": (5, 5, 6),
        "conv2": (5, 5, 8),
        "global_pool": (8,),
        "global_pool_dropout": (8,),
        "dense1": (12,),
        "dense1_bn": (12,),
        "dense2": (10,),
        "softmax": (10,),
    }
    assert network["conv1"].activation == "tanh"
    assert network["dropout1"].rate == 0.25
    assert dict(network["depthwise1"].weights)["kernel"] == (3, 3, 6, 1)
    assert dict(network["dense1"].weights)["kernel"] == (8, 12)
    assert network["conv2"].multiply_accumulates == 5 * 5 * 6 * 8
    assert (
        sum(layer.parameters for layer in network.values()) == 156 + 24 + 60 + 56 + 108 + 48 + 130
    )


def test_the_last_layer_with_a_kernel_has_no_activation() -> None:
    network = layers("4C3-10C1-BN-GAP")
    assert network["conv1"].activation == "relu"
    assert network["conv2"].activation == "none"


def test_a_convolution_down_to_one_place_is_flattened() -> None:
    assert list(layers("10C28")) == ["conv1", "flatten", "softmax"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("10c3 – bn → d.10, 10c26 softmax", "10C3-BN-D0.1-10C26"),
        ("8C3:RELU-mp2s2-F-10fc:none", "8C3-MP2-F-10FC"),
        ("8C3:none-MP3S2same-F-10FC", "8C3:none-MP3S2same-F-10FC"),
    ],
)
def test_there_is_one_way_to_write_a_network(text: str, written: str) -> None:
    assert canonical(text) == written
    assert canonical(written) == written


@given(networks())
def test_a_network_is_that_of_its_text(spec: ModelSpec) -> None:
    assert canonical(spec.network) == spec.network
    assert layers_of(parse_parts(spec.network)) == spec.layers
    assert spec.layers[-1].output_shape == (10,)
    assert len({layer.name for layer in spec.layers}) == len(spec.layers)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected layers"),
        ("8C3-9X-10FC", "layer 2: expected a layer .* got '9X'"),
        ("8C3-8C27-10FC", "layer 2, 8C27: its window of 27×27 does not fit into maps of 26×26"),
        ("8C3", "one score for each of 10 classes .* 26×26×8; end with 10C26"),
        ("F-9FC", "got 9; end with 10FC"),
        ("8C3-10FC", "layer 2, 10FC: it needs numbers without places, and gets 26×26×8"),
        ("F-8C3-10FC", "layer 2, 8C3: it needs maps"),
        ("8C3:swish-GAP-10FC", "layer 1: expected the activation .* got 'swish'"),
        ("600C3-GAP-10FC", "layer 1: expected 1 to 512 outputs, got 600"),
        ("8C3S9-GAP-10FC", "stride of 1 to 7, got 9"),
        ("D0.95-F-10FC", "share from 0 to 0.9, got 0.95"),
        ("MP8-F-10FC", "window of 1 to 7, got 8"),
        ("-".join(["BN"] * 31) + "-F-10FC", "at most 32 layers"),
        ("F-512FC-512FC-512FC-512FC-10FC", "at most 1,000,000 parameters, got 1,195,018"),
        ("512C1-512C1-GAP-10FC", "at most 500,000 values"),
        ("8C3-" * 1_000, "at most 1,000 characters"),
    ],
)
def test_what_is_no_network_is_refused_at_its_layer(text: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        canonical(text)
