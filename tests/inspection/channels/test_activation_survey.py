"""The survey of many images, against each image's own maps one by one."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.inspection import ActivationSurvey
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.channels import activation_survey as module
from mnistviz.inspection.channels.activation_survey import survey
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.network import batches
from mnistviz.network.network import Network
from tests.helpers.made_networks import random_network

NUM_IMAGES = 30


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(ModelSpec(channels=(3, 4, 5)), seed=4)


@pytest.fixture(scope="module")
def maps(network: Network) -> dict[str, np.ndarray]:
    """(images, height, width, channels) of each convolution, one image at a time."""
    images = to_input(load_mnist().x_test[:NUM_IMAGES])
    each = [
        {
            one.layer: one.values
            for one in stages(network, image)
            if one.stage == ("convolution" if one.layer == "conv8" else "relu")
        }
        for image in images
    ]
    return {layer: np.stack([found[layer] for found in each]) for layer in each[0]}


@pytest.fixture(scope="module")
def found(network: Network) -> dict[str, ActivationSurvey]:
    data = load_mnist()
    told: list[int] = []
    result = survey(network, data.x_test[:NUM_IMAGES], data.y_test[:NUM_IMAGES], told.append)
    assert told == [batches.BATCH_SIZE, NUM_IMAGES]
    return result


@pytest.mark.parametrize("layer", [f"conv{n}" for n in range(1, 9)])
def test_the_survey_is_that_of_the_images_one_by_one(
    layer: str, found: dict[str, ActivationSurvey], maps: dict[str, np.ndarray]
) -> None:
    values, one = maps[layer], found[layer]
    labels = load_mnist().y_test[:NUM_IMAGES]
    by_image = values.max(axis=(1, 2))
    np.testing.assert_allclose(one.largest, by_image.max(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(one.active_places, (values > 0).mean(axis=(0, 1, 2)), atol=1e-3)
    for digit in range(10):
        mine = labels == digit
        if mine.any():
            np.testing.assert_allclose(
                one.mean_by_digit[digit], values[mine].mean(axis=(0, 1, 2)), rtol=1e-3, atol=1e-5
            )
            np.testing.assert_allclose(
                one.active_images[digit], (by_image[mine] > 0).mean(axis=0), atol=1e-6
            )
    assert one.top_images.shape == (module.NUM_TOP, values.shape[3])
    for channel in range(values.shape[3]):
        expected = np.sort(by_image[:, channel])[::-1][: module.NUM_TOP]
        np.testing.assert_allclose(one.top_values[:, channel], expected, rtol=1e-4, atol=1e-6)
        for image, place, value in zip(
            one.top_images[:, channel],
            one.top_places[:, channel],
            one.top_values[:, channel],
            strict=True,
        ):
            assert values[image, place[0], place[1], channel] == pytest.approx(
                value, rel=1e-4, abs=1e-6
            )


def test_a_channel_that_is_never_active_has_shares_of_0() -> None:
    network = random_network(ModelSpec(channels=(2, 2, 2), batch_norm=False), seed=1)
    network.weights["conv1"]["kernel"][..., 1] = 0
    network.weights["conv1"]["bias"][1] = -1
    data = load_mnist()
    silent = survey(network, data.x_test[:20], data.y_test[:20])["conv1"]
    assert silent.active_places[1] == silent.largest[1] == 0
    assert not silent.active_images[:, 1].any()
    # The first images stand in, all with value 0.
    assert silent.top_images[:, 1].tolist() == list(range(module.NUM_TOP))
