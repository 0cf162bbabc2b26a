"""Folded or not, it is the same network: the outputs are equal."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from mnistviz.inspection.kernels.batch_norm_folding import (
    gain_and_shift,
    kernel_and_bias,
    views_of,
)
from mnistviz.runs import snapshots
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot


@pytest.fixture(scope="module")
def weights() -> dict[str, dict[str, np.ndarray]]:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    return snapshots.read(latest_snapshot(run))


def convolve(values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    windows = sliding_window_view(values, kernel.shape[:2], axis=(0, 1))
    return np.einsum("yxihw,hwio->yxo", windows, kernel.astype(np.float64)) + bias


def normalize(values: np.ndarray, norm: dict[str, np.ndarray]) -> np.ndarray:
    centred = (values - norm["moving_mean"]) / np.sqrt(norm["moving_variance"] + 1e-3)
    return norm["gamma"] * centred + norm["beta"]


def test_gain_and_shift_are_the_normalization(weights: dict[str, dict[str, np.ndarray]]) -> None:
    values = np.random.default_rng(0).normal(size=(5, 10))
    gain, shift = gain_and_shift(weights["bn1"])
    np.testing.assert_allclose(values * gain + shift, normalize(values, weights["bn1"]), rtol=1e-5)


@pytest.mark.parametrize("layer", ["conv2", "conv3", "conv5", "conv8"])
def test_the_incoming_norm_folded_in_gives_the_same_sums(
    weights: dict[str, dict[str, np.ndarray]], layer: str
) -> None:
    number = int(layer[-1])
    inputs = weights[layer]["kernel"].shape[2]
    relu = np.abs(np.random.default_rng(1).normal(size=(9, 9, inputs)))
    plain = convolve(normalize(relu, weights[f"bn{number - 1}"]), *weights[layer].values())
    folded = convolve(relu, *kernel_and_bias(weights, layer, "incoming"))
    np.testing.assert_allclose(folded, plain, rtol=1e-4, atol=1e-4)


def test_across_the_pool_it_is_exact_too_while_gains_are_positive(
    weights: dict[str, dict[str, np.ndarray]],
) -> None:
    def pool(values: np.ndarray) -> np.ndarray:
        return np.maximum.reduce([values[y::2, x::2] for y in (0, 1) for x in (0, 1)])

    assert (gain_and_shift(weights["bn3"])[0] > 0).all()
    relu = np.abs(np.random.default_rng(2).normal(size=(8, 8, 20)))
    plain = convolve(pool(normalize(relu, weights["bn3"])), *weights["conv4"].values())
    folded = convolve(pool(relu), *kernel_and_bias(weights, "conv4", "incoming"))
    np.testing.assert_allclose(folded, plain, rtol=1e-4, atol=1e-4)


def test_the_own_gain_scales_the_normalized_output(
    weights: dict[str, dict[str, np.ndarray]],
) -> None:
    values = np.random.default_rng(3).normal(size=(6, 6, 10))
    gain, shift = gain_and_shift(weights["bn2"])
    plain = np.maximum(convolve(values, *weights["conv2"].values()), 0) * gain + shift
    scaled = np.maximum(convolve(values, *kernel_and_bias(weights, "conv2", "outgoing")), 0) + shift
    np.testing.assert_allclose(scaled, plain, rtol=1e-4, atol=1e-4)


def test_as_stored_is_as_stored(weights: dict[str, dict[str, np.ndarray]]) -> None:
    kernel, bias = kernel_and_bias(weights, "conv5", "stored")
    np.testing.assert_array_equal(kernel, weights["conv5"]["kernel"])
    np.testing.assert_array_equal(bias, weights["conv5"]["bias"])


def test_which_views_there_are(weights: dict[str, dict[str, np.ndarray]]) -> None:
    assert views_of(weights, "conv1") == ["stored", "outgoing"]
    assert views_of(weights, "conv4") == ["stored", "incoming", "outgoing"]
    assert views_of(weights, "conv8") == ["stored", "incoming"]
    plain = {name: arrays for name, arrays in weights.items() if name.startswith("conv")}
    assert views_of(plain, "conv4") == ["stored"]
