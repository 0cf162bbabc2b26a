"""The network in inference mode once more, in NumPy and float64."""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Weights = Mapping[str, Mapping[str, np.ndarray]]

# Keras' default, which the networks are built with.
EPSILON = 1e-3


def convolve(values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    windows = sliding_window_view(values, kernel.shape[:2], axis=(0, 1))
    return np.einsum("yxihw,hwio->yxo", windows, kernel.astype(np.float64)) + bias


def forward(
    weights: Weights,
    image: np.ndarray,
    fills: Mapping[tuple[str, int], float] | None = None,
) -> dict[str, np.ndarray]:
    """What each convolution hands on, after ReLU and normalization; `conv8` is the logits.

    `fills` says of a (layer, channel) what it hands on instead.
    """
    handed_on = {}
    values = image.astype(np.float64)[..., np.newaxis]
    for number in range(1, 8):
        name = f"conv{number}"
        values = np.maximum(convolve(values, weights[name]["kernel"], weights[name]["bias"]), 0)
        if norm := weights.get(f"bn{number}"):
            deviation = np.sqrt(norm["moving_variance"].astype(np.float64) + EPSILON)
            values = norm["gamma"] * (values - norm["moving_mean"]) / deviation + norm["beta"]
        for (layer, channel), fill in (fills or {}).items():
            if layer == name:
                values[..., channel] = fill
        handed_on[name] = values
        if number == 3:
            values = np.maximum.reduce([values[y::2, x::2] for y in (0, 1) for x in (0, 1)])
    handed_on["conv8"] = convolve(values, weights["conv8"]["kernel"], weights["conv8"]["bias"])
    return handed_on
