"""Numbers on kernels, against plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnistviz.inspection.kernels.kernel_statistics import (
    channel_statistics,
    largest_weight,
    one_kernel_statistics,
    relative_change,
)
from mnistviz.runs import snapshots
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot

kernels = arrays.arrays(
    np.float32,
    st.tuples(*[st.integers(1, 4)] * 4),
    # Weights whose squares are normal numbers.
    elements=st.one_of(st.just(0.0), st.floats(0.0009765625, 100, width=32)),
)


@pytest.fixture(scope="module")
def weights() -> dict[str, dict[str, np.ndarray]]:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return snapshots.read(latest_snapshot(run))


@pytest.mark.parametrize("layer", ["conv1", "conv4", "conv6", "conv8"])
def test_statistics_are_those_of_each_output_channel(
    weights: dict[str, dict[str, np.ndarray]], layer: str
) -> None:
    kernel, bias = weights[layer]["kernel"], weights[layer]["bias"]
    rows = channel_statistics(kernel, bias)
    assert [row.channel for row in rows] == list(range(kernel.shape[-1]))
    total = math.fsum(value**2 for value in kernel.ravel().tolist())
    for row in rows:
        values = kernel[..., row.channel].ravel().tolist()
        energy = math.fsum(value**2 for value in values)
        assert row.smallest == min(values)
        assert row.largest == max(values)
        assert row.mean == pytest.approx(math.fsum(values) / len(values), abs=1e-12)
        assert row.norm == pytest.approx(math.sqrt(energy), rel=1e-12)
        assert row.share == pytest.approx(energy / total, rel=1e-12)
        assert row.bias == bias[row.channel]


@given(kernels)
def test_shares_add_up_to_1_unless_all_weights_are_0(kernel: np.ndarray) -> None:
    shares = [
        row.share for row in channel_statistics(kernel, np.zeros(kernel.shape[-1], np.float32))
    ]
    assert len(shares) == kernel.shape[-1]
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) == pytest.approx(1 if kernel.any() else 0)


def test_a_kernel_of_zeros_has_no_share_of_anything() -> None:
    rows = channel_statistics(np.zeros((3, 3, 2, 4), np.float32), np.ones(4, np.float32))
    assert len(rows) == 4
    for row in rows:
        assert (row.smallest, row.largest, row.mean, row.norm, row.share) == (0, 0, 0, 0, 0)
        assert row.bias == 1


def test_a_channel_of_zeros_beside_others_has_share_0() -> None:
    kernel = np.zeros((1, 1, 2, 3), np.float32)
    kernel[0, 0, :, 0], kernel[0, 0, :, 2] = (3, 4), (0, -5)
    rows = channel_statistics(kernel, np.zeros(3, np.float32))
    assert [row.share for row in rows] == [0.5, 0, 0.5]
    assert [row.norm for row in rows] == [5, 0, 5]
    assert (rows[2].smallest, rows[2].largest, rows[2].mean) == (-5, 0, -2.5)


def test_the_largest_weight_counts_magnitudes_of_kernels_only() -> None:
    weights = {
        "conv1": {"kernel": np.full((1, 1, 1, 2), 0.5, np.float32), "bias": np.full(2, 9.0, "f4")},
        "bn1": {"gamma": np.full(2, 7.0, np.float32)},
        "conv2": {"kernel": np.array([[[[0.25, -0.75]]]], np.float32), "bias": np.zeros(2, "f4")},
    }
    assert largest_weight(weights) == 0.75


def test_the_largest_weight_of_the_reference(weights: dict[str, dict[str, np.ndarray]]) -> None:
    found = largest_weight(weights)
    for number in range(1, 9):
        assert np.abs(weights[f"conv{number}"]["kernel"]).max() <= found
    assert any(np.abs(weights[f"conv{n}"]["kernel"]).max() == found for n in range(1, 9))


def test_near_zero_counts_weights_under_a_tenth_of_the_layer_s_root_mean_square() -> None:
    kernel = np.array([[[[3.0, 0.2], [-0.1, 4.0]]]], np.float32)
    # The root of (9 + 0.04 + 0.01 + 16) / 4 is 2.50.
    rows = channel_statistics(kernel, np.zeros(2, np.float32))
    assert [row.near_zero for row in rows] == [0.5, 0.5]
    zeros = channel_statistics(np.zeros((3, 3, 2, 2), np.float32), np.zeros(2, np.float32))
    assert [row.near_zero for row in zeros] == [1, 1]


def test_the_change_is_relative_to_what_was_before() -> None:
    before = np.array([3, 0, 0, 2], np.float32).reshape(1, 1, 1, 4)
    now = np.array([1.5, 0, 7, 2], np.float32).reshape(1, 1, 1, 4)
    assert relative_change(now, before).tolist() == [0.5, 0, np.inf, 0]


def test_the_numbers_of_one_kernel() -> None:
    kernel = np.zeros((1, 3, 2, 2), np.float32)
    kernel[0, :, 1, 0] = (1, -2, 2)
    kernel[0, :, 0, 1] = (4, 0, 0)
    assert one_kernel_statistics(kernel, 1, 0) == {
        "sum": 1,
        "mean": pytest.approx(1 / 3),
        "norm": 3,
        "smallest": -2,
        "largest": 2,
        "share": 9 / 25,
        "even share": 0.25,
    }
    assert one_kernel_statistics(np.zeros_like(kernel), 0, 0)["share"] == 0
