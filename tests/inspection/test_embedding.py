"""The map of digits, against NumPy's own decomposition and planted clusters."""

import inspect

import numpy as np
import pytest
from sklearn.manifold import TSNE

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection import embedding
from mnistviz.inspection.digit_maps import DigitMap
from mnistviz.inspection.embedding import (
    digit_map,
    last_features,
    tsne,
)
from mnistviz.network.batches import BATCH_SIZE
from mnistviz.network.network import Network
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.convolution_oracle import forward
from tests.helpers.made_networks import OneConvolution, random_network

REFERENCE = open_run(BUNDLED_HOME / "reference", bundled=True)
LAST = snapshots.steps_of(REFERENCE)[-1]
NUM_IMAGES = 120


@pytest.fixture(scope="module")
def network() -> Network:
    return load(Snapshot(REFERENCE, LAST))


@pytest.fixture(scope="module")
def found(network: Network) -> DigitMap:
    return digit_map(network, load_mnist().x_test[:NUM_IMAGES])


def test_last_features_are_what_the_last_convolution_gets(network: Network) -> None:
    images = to_input(load_mnist().x_test[:3])
    features, answers = last_features(network, images)
    assert features.shape == (3, 490)
    weights = snapshots.read(Snapshot(REFERENCE, LAST))
    for image, row, answer in zip(images, features, answers, strict=True):
        handed_on = forward(weights, image)
        np.testing.assert_allclose(row, handed_on["conv7"].ravel(), atol=1e-3)
        assert answer == handed_on["conv8"].argmax()


def test_more_images_than_a_batch_and_how_far_it_is(network: Network) -> None:
    done: list[int] = []
    images = np.zeros((BATCH_SIZE + 1, 28, 28), np.float32)
    features, answers = last_features(network, images, done.append)
    assert features.shape == (BATCH_SIZE + 1, 490)
    assert answers.dtype == np.uint8
    assert done == [BATCH_SIZE, BATCH_SIZE + 1]


def test_axes_are_those_of_a_singular_value_decomposition(
    network: Network, found: DigitMap
) -> None:
    features, _ = last_features(network, to_input(load_mnist().x_test[:NUM_IMAGES]))
    centred = features.astype(np.float64) - features.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    shares = sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose(found.shares, shares[: embedding.NUM_AXES], atol=1e-5)
    for number in range(3):
        along = centred @ axes[number]
        sign = np.sign(along @ found.places[:, number])
        np.testing.assert_allclose(found.places[:, number], sign * along, atol=1e-3)
    assert found.places.shape == (NUM_IMAGES, embedding.NUM_AXES)
    assert found.places.dtype == np.float32


def test_an_image_of_the_map_is_placed_where_it_is(network: Network, found: DigitMap) -> None:
    features, _ = last_features(network, to_input(load_mnist().x_test[7:9]))
    np.testing.assert_allclose(found.place(features), found.places[7:9], atol=1e-3)


def test_the_same_images_have_the_same_map(network: Network, found: DigitMap) -> None:
    again = digit_map(network, load_mnist().x_test[:NUM_IMAGES])
    np.testing.assert_array_equal(again.places, found.places)


def test_images_without_variance_have_a_map_of_zeros() -> None:
    network = random_network(OneConvolution())
    found = digit_map(network, np.zeros((4, 28, 28), np.uint8))
    np.testing.assert_array_equal(found.places, np.zeros((4, 4)))
    assert found.shares.tolist() == [0, 0, 0, 0]


def test_tsne_keeps_clusters_together_and_tells_how_far_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng = np.random.default_rng(1)
    clusters = [rng.normal(size=(40, 6)) + 30 * number for number in range(3)]
    done: list[float] = []
    plane = tsne(np.concatenate(clusters).astype(np.float32), done.append, iterations=300)
    assert plane.shape == (120, 2)
    assert plane.dtype == np.float32
    middles = plane.reshape(3, 40, 2).mean(axis=1)
    own = np.linalg.norm(plane.reshape(3, 40, 2) - middles[:, None], axis=2).max()
    assert min(np.linalg.norm(middles[i] - middles[i - 1]) for i in range(3)) > own
    assert done == sorted(done)
    assert len(done) >= 3
    assert done[-1] == 1
    assert capsys.readouterr().out == ""


def test_the_progress_workaround_is_needed() -> None:
    names = {*dir(TSNE), *inspect.signature(TSNE).parameters}
    found = [name for name in names if "callback" in name.lower()]
    assert not found, "TSNE has callbacks: use them instead of _PrintedIterations"


def test_tsne_ends_when_it_is_told_to() -> None:
    def stop(done: float) -> None:
        raise KeyboardInterrupt

    places = np.random.default_rng(2).normal(size=(100, 4)).astype(np.float32)
    with pytest.raises(KeyboardInterrupt):
        tsne(places, stop)
