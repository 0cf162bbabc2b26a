"""The arithmetic, against a network: a pixel is changed, and what changes with it is looked at."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.inspection.image.receptive_field import Field, field_of, size_and_stride
from mnistviz.network.network import Network
from tests.helpers.made_networks import random_weights

MODEL = ModelSpec(channels=(1, 1, 1), batch_norm=False, dropout=0.0)


@pytest.fixture(scope="module")
def influence() -> dict[str, np.ndarray]:
    """Whether a pixel moves a value, (28, 28, height, width), for each layer.

    All weights are positive, so whatever a pixel reaches grows with it; a pixel made much
    brighter than all others is the largest of each pool that it reaches.
    """
    network = Network(MODEL, random_weights(MODEL))
    for arrays in network.weights.values():
        for array in arrays.values():
            array[:] = 0.1
    images = np.ones((785, 28, 28), np.float32)
    images[np.arange(784), np.arange(784) // 28, np.arange(784) % 28] = 1e4
    found = {}
    for layer, values in network.outputs(images).items():
        if layer.startswith(("conv", "pool")):
            first = values[..., 0]
            changed = first[:784] != first[784]
            found[layer] = changed.reshape(28, 28, *changed.shape[1:])
    return found


@pytest.mark.parametrize("layer", [*(f"conv{n}" for n in range(1, 9)), "pool"])
def test_the_field_is_the_pixels_that_matter(layer: str, influence: dict[str, np.ndarray]) -> None:
    matters = influence[layer]
    height, width = matters.shape[2:]
    for row, column in {(0, 0), (height - 1, width - 1), (height // 2, width // 3)}:
        field = field_of(MODEL, layer, row, column)
        expected = np.zeros((28, 28), bool)
        expected[field.window] = True
        np.testing.assert_array_equal(matters[:, :, row, column], expected)


@pytest.mark.parametrize(
    ("layer", "size", "stride"),
    [("conv1", 3, 1), ("conv3", 7, 1), ("pool", 8, 2), ("conv4", 8, 2), ("conv8", 28, 2)],
)
def test_sizes_by_hand(layer: str, size: int, stride: int) -> None:
    assert size_and_stride(ModelSpec(), layer) == (size, stride)


def test_the_last_layer_sees_all_and_the_first_three_by_three() -> None:
    assert field_of(ModelSpec(), "conv8", 0, 0) == Field(0, 0, 28)
    assert field_of(ModelSpec(), "conv1", 25, 4) == Field(25, 4, 3)


def test_there_is_no_field_of_no_layer() -> None:
    with pytest.raises(KeyError, match="conv9"):
        size_and_stride(ModelSpec(), "conv9")
