"""The card of a layer: planted twins and dead channels are found, exactly those."""

import numpy as np
import pytest

from mnistviz.core.types.inspection import LayerAblation, LayerStatistics
from mnistviz.digits.mnist import balanced, load_mnist
from mnistviz.inspection.channels.channel_statistics import layer_statistics
from mnistviz.inspection.channels.evidence import evidence_of, kernel_correlation
from mnistviz.inspection.channels.knockout import channel_means
from mnistviz.inspection.channels.layer_ablation import SplitNetwork, ablate
from mnistviz.network.network import Network
from mnistviz.runs.load import load
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot

# What is planted into conv3: 4 says what 17 says, 11 says three times what 2 says; 6 says nothing.
TWINS = {4: (17, 1.0), 11: (2, 3.0)}
DEAD = 6
NUM_IMAGES = 300


@pytest.fixture(scope="module")
def planted() -> Network:
    """The reference network with twins that nobody listens to, and a channel that is always 0."""
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    network = load(latest_snapshot(run))
    kernel, bias = network.weights["conv3"].values()
    following = network.weights["conv4"]["kernel"]
    for twin, (original, times) in TWINS.items():
        kernel[..., twin], bias[twin] = times * kernel[..., original], times * bias[original]
        following[:, :, twin] = 0
    kernel[..., DEAD], bias[DEAD] = 0, -1
    return network


@pytest.fixture(scope="module")
def of_planted(planted: Network) -> LayerStatistics:
    return layer_statistics(planted, load_mnist().x_test[:NUM_IMAGES])["conv3"]


@pytest.fixture(scope="module")
def ablation(planted: Network) -> LayerAblation:
    data = load_mnist()
    chosen = balanced(data.y_test, 20)
    mean = channel_means(planted, data.x_train[:NUM_IMAGES])["conv3"]
    return ablate(SplitNetwork(planted, "conv3", mean, data.x_test[chosen], data.y_test[chosen]))


def test_exactly_the_planted_channels_are_not_to_keep(
    of_planted: LayerStatistics, ablation: LayerAblation
) -> None:
    found = evidence_of(of_planted, ablation)
    assert [one.channel for one in found] == list(range(20))
    others = {one.channel: one for one in found if one.verdict != "keep"}
    assert others[DEAD].verdict == "dead"
    assert (others[DEAD].active, others[DEAD].correlation, others[DEAD].drop) == (0, None, 0)
    del others[DEAD]
    # Which of a pair stays depends on what each costs; one of each does.
    pairs = {frozenset({one.channel, one.twin_of}) for one in others.values()}
    assert pairs == {frozenset({4, 17}), frozenset({11, 2})}
    assert len(others) == 2
    for one in others.values():
        assert one.verdict == "twin"
        assert one.correlation == pytest.approx(1, abs=1e-4)
        assert one.drop is not None
        assert one.drop < 0.0005


def test_before_anyone_switched_them_off_they_are_near_twins(of_planted: LayerStatistics) -> None:
    found = evidence_of(of_planted)
    others = {one.channel: (one.verdict, one.twin_of) for one in found if one.verdict != "keep"}
    assert others == {DEAD: ("dead", None), 17: ("near-twin", 4), 11: ("near-twin", 2)}
    assert {one.drop for one in found} == {None}


def made(lost: list[int]) -> LayerAblation:
    count = len(lost)
    curve = np.ones(count + 1)
    none = np.zeros(count, int)
    return LayerAblation(
        "conv1", "mean", 10_000, np.array(lost), none, np.arange(count), curve, curve, curve[None]
    )


def of_correlation(correlation: list[list[float]]) -> LayerStatistics:
    count = len(correlation)
    ones = np.ones(count)
    return LayerStatistics(ones, ones, ones / 2, np.array(correlation, np.float64))


@pytest.mark.parametrize(
    ("lost", "verdicts"),
    [
        # The more important one stays; what costs 5 of 10,000 images or more stays, too.
        ([4, 3, 9], [("keep", None), ("twin", 0), ("keep", None)]),
        ([3, 4, 9], [("twin", 1), ("keep", None), ("keep", None)]),
        ([5, 5, 9], [("keep", None), ("keep", None), ("keep", None)]),
    ],
)
def test_a_twin_goes_together_with_one_that_stays_and_costs_next_to_nothing(
    lost: list[int], verdicts: list[tuple[str, int | None]]
) -> None:
    layer = of_correlation([[1, -0.96, 0], [-0.96, 1, 0.94], [0, 0.94, 1]])
    found = evidence_of(layer, made(lost))
    assert [(one.verdict, one.twin_of) for one in found] == verdicts
    assert found[0].correlation == pytest.approx(-0.96)


def test_kernels_are_correlated_as_numpy_does_it() -> None:
    kernel = np.random.default_rng(5).normal(size=(3, 3, 2, 4)).astype(np.float32)
    kernel[..., 3] = 0.5
    found = kernel_correlation(kernel)
    np.testing.assert_allclose(
        found[:3, :3], np.corrcoef(kernel.reshape(18, 4)[:, :3], rowvar=False), atol=1e-6
    )
    assert np.isnan(found[3]).all()
