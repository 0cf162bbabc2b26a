"""Keras models as runs: layers that fit, layers that don't, files that can't be read."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings

from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network.keras_model import build
from mnistviz.runs import registry, snapshots
from mnistviz.runs.archive import keras_import
from mnistviz.runs.archive.keras_layers import fit, layers_of
from mnistviz.runs.load import load
from mnistviz.runs.run_state import run_state
from tests.helpers.own_networks import OWN_NETWORKS
from tests.helpers.spec_strategies import networks

pytestmark = [
    pytest.mark.compiles,
    # of Keras, when it saves weights
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

Layers = list[Any]


def with_random_weights(model: keras.Model) -> keras.Model:
    generator = np.random.default_rng(0)
    # Not negative, because variances of batch normalizations are among them.
    arrays = [generator.random(array.shape) * 0.2 for array in model.get_weights()]
    model.set_weights(arrays)
    return model


def own_model(kinds: Any = keras.layers) -> keras.Model:
    """A functional model: own names, ReLU layers, no biases, one dropout, an early softmax."""
    image = values = keras.Input((28, 28, 1))
    for number, (filters, size) in enumerate(
        [(4, 3), (5, 3), (6, 3), (0, 2), (10, 1), (5, 3), (6, 3), (10, 1)]
    ):
        if not filters:
            values = kinds.MaxPooling2D()(values)
            continue
        values = kinds.Conv2D(filters, size, use_bias=False, name=f"c{number}")(values)
        values = kinds.ReLU()(values) if number % 2 else kinds.Activation("relu")(values)
        values = kinds.BatchNormalization(scale=False, name=f"norm_{number}")(values)
    values = kinds.Dropout(0.5)(values)
    values = kinds.Conv2D(10, 7, activation="softmax", name="scores")(values)
    return keras.Model(image, kinds.Flatten()(values))


def first_tutorial() -> keras.Model:
    """The model of TensorFlow's first tutorial: images without a channel, and logits."""
    kinds = keras.layers
    flat = [keras.Input((28, 28)), kinds.Flatten()]
    dense = [kinds.Dense(128, activation="relu"), kinds.Dropout(0.2), kinds.Dense(10)]
    return keras.Sequential([*flat, *dense, kinds.Softmax()])


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize(
    ("make", "suffix"),
    [
        (lambda: build(ModelSpec()), ".keras"),
        (lambda: build(ModelSpec(channels=(3, 4, 5), batch_norm=False)), ".h5"),
        (own_model, ".keras"),
        (own_model, ".h5"),
        (lambda: build(ModelSpec(network=OWN_NETWORKS["strides"])), ".keras"),
        (lambda: build(ModelSpec(network=OWN_NETWORKS["two_pools"])), ".h5"),
        (first_tutorial, ".keras"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_model_becomes_a_run_that_answers_as_the_model_does(
    make: Callable[[], keras.Model], suffix: str, tmp_path: Path
) -> None:
    model = with_random_weights(make())
    file = tmp_path / f"my net{suffix}"
    model.save(file)
    run = keras_import.import_file(file, file.name).run
    assert (run.name, run.imported, run_state(run)) == ("my net", True, "finished")
    assert f"my net{suffix}" in run.note
    assert snapshots.steps_of(run) == [0]
    images = load_mnist().x_test[:100]
    values = to_input(images).reshape(-1, *model.input_shape[1:])
    expected = np.asarray(model(values, training=False))
    found = load(snapshots.latest_snapshot(run)).classify(images)
    # These random weights make logits of a hundred, whose rounding errors are larger.
    np.testing.assert_allclose(found, expected, atol=1e-4)
    again = keras_import.import_file(file, file.name)
    assert (again.run.name, again.name_before) == ("my net-2", "my net")


def test_channels_normalization_and_dropout_are_those_of_the_model() -> None:
    spec = ModelSpec(channels=(3, 4, 5), dropout=0.25)
    assert fit(layers_of(json.loads(build(spec).to_json()))).model == spec
    own = fit(layers_of(json.loads(own_model().to_json()))).model
    assert own.text == ("4C3-BN-5C3-BN-6C3-BN-MP2-10C1-BN-5C3-BN-6C3-BN-10C1-BN-D0.5-10C7")


@settings(max_examples=30)
@given(networks())
def test_any_network_is_read_as_it_is(spec: ModelSpec) -> None:
    assert fit(layers_of(json.loads(build(spec).to_json()))).model.text == spec.text


def changed(name: str, **arguments: Any) -> Any:
    """The configuration of a network with other arguments of a layer."""
    config = json.loads(build(ModelSpec()).to_json())
    config["config"]["layers"][0]["config"]["name"] = "input_layer"
    (layer,) = (one for one in config["config"]["layers"] if one["config"]["name"] == name)
    layer["class_name"] = arguments.pop("class_name", layer["class_name"])
    layer["config"] |= arguments
    return config


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (changed("conv2", padding="causal"), "layer 'conv2': expected padding valid or same, got"),
        (changed("conv3", class_name="Lambda"), r"layer 'conv3': expected one of .*, got Lambda"),
        (changed("conv3", activation="gelu"), r"layer 'conv3': expected one of .*, got gelu"),
        (changed("conv3", activation="softmax"), "layer 'conv3': expected a softmax at the end"),
        (changed("bn4", epsilon=0.1), r"layer 'bn4': expected epsilon 0.001, got 0.1"),
        (changed("bn4", class_name="ReLU"), "layer 'bn4': expected an activation after"),
        (
            changed("conv4", kernel_size=[1, 3]),
            "layer 'conv4': expected kernel_size with two equal",
        ),
        (changed("conv5", dilation_rate=[2, 2]), r"layer 'conv5': expected dilation_rate \[1, 1\]"),
        (changed("conv8", filters=12), "expected one score for each of 10 classes.*got 12"),
        (changed("conv5", kernel_size=[12, 12]), "layer 'conv5': .*does not fit"),
        (changed("conv7", filters=900), r"layer \d+: expected 1 to 512 outputs, got 900"),
        (
            changed("input_layer", class_name="InputLayer", batch_shape=[None, 32, 32, 3]),
            r"layer 'input_layer': expected images of the shape \[28, 28, 1\], got \[32, 32, 3\]",
        ),
        ({"class_name": "Sequential"}, "expected a model with a list of layers"),
        ([], "expected a model with a list of layers"),
    ],
)
def test_what_does_not_fit_is_named_with_the_layer(config: Any, error: str) -> None:
    with pytest.raises(RunError, match=f"^import: {error}.*; nothing was imported$"):
        fit(layers_of(config))


def test_a_branch_is_refused() -> None:
    image = keras.Input((28, 28, 1))
    left = keras.layers.Conv2D(2, 3, name="left")(image)
    right = keras.layers.Conv2D(2, 3, name="right")(image)
    model = keras.Model(image, [left, right])
    with pytest.raises(RunError, match="layer 'right': expected a layer that follows left alone"):
        layers_of(json.loads(model.to_json()))


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("kind", ["truncated", "config", "weights", "hdf5"])
def test_a_damaged_file_is_refused_and_leaves_nothing(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "net.keras"
    build(ModelSpec(channels=(2, 2, 2))).save(file)
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    if kind == "hdf5":
        raw = contents["model.weights.h5"]
    elif kind == "truncated":
        contents["model.weights.h5"] = contents["model.weights.h5"][:3_000]
    elif kind == "config":
        contents["config.json"] = b'{"a": ' * 2_000
    else:
        other = tmp_path / "other.weights.h5"
        build(ModelSpec(channels=(3, 2, 2))).save_weights(other)
        contents["model.weights.h5"] = other.read_bytes()
    if kind != "hdf5":
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
        raw = target.getvalue()
    before = registry.list_runs()
    with pytest.raises(RunError, match=r"^import: "):
        keras_import.import_file(io.BytesIO(raw), "net.keras")
    assert registry.list_runs() == before
