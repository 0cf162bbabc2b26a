"""The parts of a value add up to what the network has there, to 1e-5, at every layer."""

import itertools

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import Weights
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.inspection.image.receptive_field import field_of
from mnistviz.inspection.image.value_trace import (
    Link,
    inputs_of,
    strongest_pixel,
    take_apart,
    trace_back,
)
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.made_networks import random_network

MODEL = ModelSpec()


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return to_input(load_mnist().x_test[11])


@pytest.fixture(scope="module")
def weights() -> Weights:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return snapshots.read(latest_snapshot(run))


@pytest.fixture(scope="module")
def found(image: np.ndarray) -> tuple[LayerOutput, ...]:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return stages(load(latest_snapshot(run)), image)


def values_at(found: tuple[LayerOutput, ...], layer: str, stage: str) -> np.ndarray:
    return next(one.values for one in found if (one.layer, one.stage) == (layer, stage))


@pytest.mark.parametrize("layer", [f"conv{n}" for n in range(1, 9)])
def test_the_numbers_are_the_network_s_own(
    layer: str, found: tuple[LayerOutput, ...], image: np.ndarray, weights: Weights
) -> None:
    inputs = inputs_of(found, image, layer)
    sums = values_at(found, layer, "convolution")
    generator = np.random.default_rng(int(layer[-1]))
    for place in zip(*(generator.integers(0, size, 25) for size in sums.shape), strict=True):
        parts = take_apart(inputs, weights, MODEL, layer, tuple(map(int, place)))
        assert parts.total == pytest.approx(sums[place], abs=1e-5)
        # What is shown adds up, step by step.
        np.testing.assert_array_equal(parts.patch * parts.kernel, parts.products)
        np.testing.assert_allclose(parts.products.sum(axis=(0, 1)), parts.sums, atol=1e-12)
        assert parts.sums.sum() + parts.bias == pytest.approx(parts.total, abs=1e-12)
        if layer == "conv8":
            assert parts.relu is parts.normalized is parts.gain is None
            assert parts.output == parts.total
            continue
        assert parts.relu == max(parts.total, 0)
        assert parts.relu == pytest.approx(values_at(found, layer, "relu")[place], abs=1e-5)
        assert parts.gain is not None
        assert parts.shift is not None
        assert parts.normalized == parts.relu * parts.gain + parts.shift == parts.output
        assert parts.normalized == pytest.approx(
            values_at(found, layer, "normalization")[place], abs=1e-5
        )


def test_the_patch_is_cut_where_the_place_is(
    found: tuple[LayerOutput, ...], image: np.ndarray
) -> None:
    network = ModelSpec()
    weights = {"conv1": {"kernel": np.ones((3, 3, 1, 2), np.float32), "bias": np.zeros(2, "f4")}}
    parts = take_apart(inputs_of(found, image, "conv1"), weights, network, "conv1", (7, 20, 1))
    np.testing.assert_array_equal(parts.patch[:, :, 0], image[7:10, 20:23])
    assert parts.normalized is None
    assert parts.output == parts.relu == pytest.approx(image[7:10, 20:23].sum(), abs=1e-5)


def test_without_normalization_the_relu_is_handed_on(image: np.ndarray) -> None:
    model = ModelSpec(channels=(3, 4, 5), batch_norm=False, dropout=0.0)
    network = random_network(model, 3)
    of_layers = network.weights
    its = stages(network, image)
    parts = take_apart(inputs_of(its, image, "conv4"), of_layers, model, "conv4", (3, 4, 2))
    assert parts.output == parts.relu
    assert parts.relu == pytest.approx(values_at(its, "conv4", "relu")[3, 4, 2], abs=1e-5)
    links = trace_back(its, image, of_layers, model, 5)
    assert len(links) == 8


def test_no_layer_has_no_input(found: tuple[LayerOutput, ...], image: np.ndarray) -> None:
    with pytest.raises(KeyError, match="conv9"):
        inputs_of(found, image, "conv9")


@pytest.mark.parametrize("digit", [0, 6, 9])
def test_the_way_back_leads_from_the_score_to_a_pixel(
    digit: int, found: tuple[LayerOutput, ...], image: np.ndarray, weights: Weights
) -> None:
    links = trace_back(found, image, weights, MODEL, digit)
    assert [link.layer for link in links] == [f"conv{n}" for n in range(8, 0, -1)]
    first = links[0]
    assert (first.channel, first.row, first.column) == (digit, 0, 0)
    assert first.product is first.share is None
    for link in links:
        last = "convolution" if link.layer == "conv8" else "normalization"
        value = values_at(found, link.layer, last)[link.row, link.column, link.channel]
        assert link.output == pytest.approx(value, abs=1e-5)
        assert link.field == field_of(MODEL, link.layer, link.row, link.column)
    for after, before in itertools.pairwise(links):
        assert_is_strongest(after, before, found, image, weights)
        # The field of what is added lies inside the field of what it is added to.
        assert after.field.top <= before.field.top
        assert before.field.top + before.field.size <= after.field.top + after.field.size
    row, column, product = strongest_pixel(found, image, weights, MODEL, links[-1])
    last = links[-1]
    kernel = weights["conv1"]["kernel"][:, :, 0, last.channel]
    products = image[last.row : last.row + 3, last.column : last.column + 3] * kernel
    assert product == pytest.approx(products.max())
    assert products[row - last.row, column - last.column] == pytest.approx(products.max())


def assert_is_strongest(
    after: Link, before: Link, found: tuple[LayerOutput, ...], image: np.ndarray, weights: Weights
) -> None:
    """Among all products of the value after, none is larger than that of the value before."""
    inputs = inputs_of(found, image, after.layer).astype(np.float64)
    kernel = weights[after.layer]["kernel"][..., after.channel].astype(np.float64)
    height, width = kernel.shape[:2]
    patch = inputs[after.row : after.row + height, after.column : after.column + width]
    products = patch * kernel
    assert before.product == pytest.approx(products.max())
    assert before.share is not None
    positive = products[products > 0].sum() + max(weights[after.layer]["bias"][after.channel], 0)
    assert before.share == pytest.approx(products.max() / positive)
    row, column = before.row, before.column
    if after.layer == "conv4":
        # Through the pool: the largest of its square, handed on.
        square = values_at(found, "conv3", "normalization")[..., before.channel]
        row, column = row // 2, column // 2
        corner = square[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert square[before.row, before.column] == corner.max()
    place = (row - after.row, column - after.column, before.channel)
    assert products[place] == pytest.approx(products.max())


def test_a_blank_image_has_a_way_back_too(weights: Weights) -> None:
    blank = np.zeros((28, 28), np.float32)
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    its = stages(load(latest_snapshot(run)), blank)
    links = trace_back(its, blank, weights, MODEL, 0)
    assert len(links) == 8
    assert strongest_pixel(its, blank, weights, MODEL, links[-1])[2] == 0
    assert all(link.share is None or 0 <= link.share <= 1 for link in links)
