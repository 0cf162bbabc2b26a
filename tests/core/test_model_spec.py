"""The network: its layer table, its sizes and costs, channel plans as text."""

import numpy as np
import pytest
from hypothesis import given

from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, parse_channels
from tests.helpers.spec_strategies import models, plans

# The published table, layer by layer: name, output, parameters.
REFERENCE_LAYERS = [
    ("conv1", (26, 26, 10), 100),
    ("bn1", (26, 26, 10), 40),
    ("dropout1", (26, 26, 10), 0),
    ("conv2", (24, 24, 15), 1_365),
    ("bn2", (24, 24, 15), 60),
    ("dropout2", (24, 24, 15), 0),
    ("conv3", (22, 22, 20), 2_720),
    ("bn3", (22, 22, 20), 80),
    ("dropout3", (22, 22, 20), 0),
    ("pool", (11, 11, 20), 0),
    ("conv4", (11, 11, 10), 210),
    ("bn4", (11, 11, 10), 40),
    ("dropout4", (11, 11, 10), 0),
    ("conv5", (9, 9, 15), 1_365),
    ("bn5", (9, 9, 15), 60),
    ("dropout5", (9, 9, 15), 0),
    ("conv6", (7, 7, 20), 2_720),
    ("bn6", (7, 7, 20), 80),
    ("dropout6", (7, 7, 20), 0),
    ("conv7", (7, 7, 10), 210),
    ("bn7", (7, 7, 10), 40),
    ("dropout7", (7, 7, 10), 0),
    ("conv8", (1, 1, 10), 4_910),
    ("flatten", (10,), 0),
    ("softmax", (10,), 0),
]


def test_the_reference_network_is_the_published_table() -> None:
    spec = ModelSpec()
    table = [(layer.name, layer.output_shape, layer.parameters) for layer in spec.layers]
    assert table == REFERENCE_LAYERS
    assert spec.plan == "10/15/20"
    trainable = spec.parameters - spec.non_trainable
    assert (spec.parameters, trainable, spec.non_trainable) == (14_000, 13_800, 200)


def test_only_the_last_convolution_has_no_relu() -> None:
    relu = {layer.name: layer.relu for layer in ModelSpec().convolutions}
    assert relu == {**{f"conv{number}": True for number in range(1, 8)}, "conv8": False}


def test_arrays_in_order_are_named() -> None:
    spec = ModelSpec()
    arrays = [np.full(shape, 1, np.float32) for layer in spec.layers for _, shape in layer.weights]
    named = spec.named(arrays)
    assert named["conv1"] == {"kernel": arrays[0], "bias": arrays[1]}
    assert list(named) == [layer.name for layer in spec.layers if layer.weights]
    assert named["conv8"]["bias"] is arrays[-1]
    for wrong in (arrays[:-1], [*arrays, arrays[0]]):
        with pytest.raises(ValueError, match="argument"):
            spec.named(wrong)


def test_weights_are_named_as_keras_names_them() -> None:
    weights = {layer.name: layer.weights for layer in ModelSpec().layers}
    assert weights["conv8"] == (("kernel", (7, 7, 10, 10)), ("bias", (10,)))
    assert weights["conv4"] == (("kernel", (1, 1, 20, 10)), ("bias", (10,)))
    assert weights["bn2"] == (
        ("gamma", (15,)),
        ("beta", (15,)),
        ("moving_mean", (15,)),
        ("moving_variance", (15,)),
    )


@pytest.mark.parametrize(
    ("channels", "batch_norm", "parameters"),
    [
        ((10, 15, 20), True, 14_000),
        ((8, 16, 32), True, 18_050),
        ((8, 16, 20), True, 14_234),
        ((5, 15, 20), True, 13_255),
        ((10, 15, 20), False, 13_600),
        ((10, 12, 16), False, 11_022),
    ],
)
def test_the_totals_of_the_channel_plans(
    channels: tuple[int, ...], batch_norm: bool, parameters: int
) -> None:
    assert ModelSpec(channels=channels, batch_norm=batch_norm).parameters == parameters


@given(models)
def test_every_plan_has_the_parameters_of_the_closed_formula(spec: ModelSpec) -> None:
    a, b, c = spec.channels
    first_block = 10 * a + (9 * a + 1) * b + (9 * b + 1) * c
    second_block = (c + 1) * 10 + 91 * b + (9 * b + 1) * c + (c + 1) * 10
    normalized_channels = a + 2 * b + 2 * c + 20 if spec.batch_norm else 0
    last = 7 * 7 * 10 * 10 + 10
    assert spec.parameters == first_block + second_block + 4 * normalized_channels + last
    assert spec.non_trainable == 2 * normalized_channels


def test_no_dropout_and_no_normalization_leave_their_layers_out() -> None:
    bare = ModelSpec(batch_norm=False, dropout=0)
    names = [name for name, _, _ in REFERENCE_LAYERS]
    expected = [name for name in names if not name.startswith(("bn", "dropout"))]
    assert [layer.name for layer in bare.layers] == expected
    only_dropout = [layer.name for layer in ModelSpec(batch_norm=False).layers]
    assert only_dropout == [name for name in names if not name.startswith("bn")]
    only_norm = [layer.name for layer in ModelSpec(dropout=0).layers]
    assert only_norm == [name for name in names if not name.startswith("dropout")]


@pytest.mark.parametrize("text", ["10,15,20", "10/15/20", " 10, 15 ,20"])
def test_a_channel_plan_is_read_as_people_write_it(text: str) -> None:
    assert parse_channels(text) == (10, 15, 20)


@pytest.mark.parametrize(
    "text", ["0,x", "", "10,15", "10,15,20,", "0,15,20", "10,15,65", "1.5,2,3"]
)
def test_what_is_no_channel_plan_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_channels(text)
    assert str(error.value) == (
        f"channels: expected three whole numbers from 1 to 64, like 10,15,20, got {text!r}"
    )


@given(plans)
def test_a_plan_is_read_back_from_its_text(channels: tuple[int, ...]) -> None:
    assert parse_channels(ModelSpec(channels=channels).plan) == channels


def test_a_network_of_any_layers_decides_the_other_settings() -> None:
    spec = ModelSpec(network="8C3-D0.3-MP2-F-D0.5-10FC")
    assert (spec.batch_norm, spec.dropout) == (False, 0.5)
    assert spec == ModelSpec(network="8C3-D0.3-MP2-F-D0.5-10FC", batch_norm=True, dropout=0.1)
    assert spec.changed(network="8C3-BN-MP2-F-10FC").batch_norm
    assert ModelSpec().changed(network="F-10FC").dropout == 0
    with pytest.raises(SpecError, match="layer 1"):
        ModelSpec(network="nonsense")
