"""Accuracy without channels: against a knock-out of the whole network, and planted channels."""

import numpy as np
import pytest

from mnistviz.core.types.inspection import LayerAblation
from mnistviz.digits.mnist import balanced, load_mnist, to_input
from mnistviz.inspection.channels.knockout import Knockout, channel_means
from mnistviz.inspection.channels.layer_ablation import NUM_DRAWS, SplitNetwork, ablate
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.made_networks import copied

NUM_IMAGES = 60


@pytest.fixture(scope="module")
def network() -> Network:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return load(latest_snapshot(run))


@pytest.fixture(scope="module")
def means(network: Network) -> dict[str, np.ndarray]:
    return channel_means(network, load_mnist().x_train[:200])


@pytest.mark.parametrize(
    ("layer", "off"), [("conv1", [3]), ("conv3", [0, 7, 19]), ("conv7", list(range(9)))]
)
def test_a_cut_reads_as_the_whole_network_with_those_channels_off(
    network: Network, means: dict[str, np.ndarray], layer: str, off: list[int]
) -> None:
    data = load_mnist()
    images, labels = data.x_test[:NUM_IMAGES], data.y_test[:NUM_IMAGES]
    knockout = Knockout(network, means)
    answers = [knockout.logits(to_input(image), [{layer: off}])[0].argmax() for image in images]
    cut = SplitNetwork(network, layer, means[layer], images, labels)
    assert cut.right([off])[0].tolist() == (np.array(answers) == labels).tolist()
    by_zero = [knockout.logits(to_input(image), [{layer: off}], "zero")[0] for image in images]
    zeroed = SplitNetwork(network, layer, means[layer], images, labels, "zero")
    assert zeroed.right([off])[0].tolist() == (np.argmax(by_zero, axis=1) == labels).tolist()
    assert cut.accuracy(()) > 0.9
    assert (cut.channels, cut.images) == (len(means[layer]), NUM_IMAGES)


def test_a_channel_that_nobody_listens_to_is_the_least_important(
    network: Network, means: dict[str, np.ndarray]
) -> None:
    copy = Network(network.spec, copied(network.weights))
    # Whatever channels 2 and 5 of conv7 say, no class hears it.
    copy.weights["conv8"]["kernel"][:, :, [2, 5]] = 0
    data = load_mnist()
    told: list[float] = []
    chosen = balanced(data.y_test, 20)
    cut = SplitNetwork(copy, "conv7", means["conv7"], data.x_test[chosen], data.y_test[chosen])
    found = ablate(cut, told.append)
    assert found.lost[[2, 5]].tolist() == found.gained[[2, 5]].tolist() == [0, 0]
    whole, alone = cut.right([(), (8,)])
    assert found.lost[8] == (whole & ~alone).sum()
    assert found.gained[8] == (~whole & alone).sum()
    assert (found.layer, found.replacement) == ("conv7", "mean")
    both_off = found.order.tolist()
    assert found.least_first[0] == pytest.approx(cut.accuracy([]))
    assert found.least_first[3] == pytest.approx(cut.accuracy(both_off[:3]))
    assert found.most_first[1] == pytest.approx(found.least_first[0] - found.drops.max())
    assert found.random.shape == (NUM_DRAWS, 11)
    # All ends are the same: every channel is off.
    ends = [found.least_first[-1], found.most_first[-1], *found.random[:, -1]]
    assert np.ptp(ends) == 0
    assert told[-1] == 1
    assert told == sorted(told)
    assert found.images == 200


def made(least_first: list[float]) -> LayerAblation:
    count = len(least_first) - 1
    return LayerAblation(
        "conv1",
        "mean",
        100,
        np.zeros(count, int),
        np.zeros(count, int),
        np.arange(count),
        np.array(least_first),
        np.zeros(count + 1),
        np.zeros((1, count + 1)),
    )


@pytest.mark.parametrize(
    ("accuracies", "cost", "needed"),
    [
        ([0.99, 0.99, 0.98, 0.5], 0.001, 2),
        ([0.99, 0.99, 0.98, 0.5], 0.02, 1),
        ([0.99, 0.9, 0.99, 0.99], 0.001, 3),
        ([0.99, 0.99, 0.99, 0.99], 0.001, 0),
    ],
)
def test_how_few_channels_do(accuracies: list[float], cost: float, needed: int) -> None:
    assert made(accuracies).needed(cost) == needed
