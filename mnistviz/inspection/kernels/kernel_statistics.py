"""Statistics of a network's kernels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mnistviz.core.types.arrays import FloatArray

# Weights below this share of the root mean square are near zero; of normal weights, 8 % are.
NEAR_ZERO = 0.1


@dataclass(frozen=True)
class ChannelStatistics:
    """Numbers on the kernels that feed one output channel.

    `share` is the part of the layer's sum of squared weights, in [0, 1]; `near_zero` the
    part of its own weights below `NEAR_ZERO` of the layer's root mean square.
    """

    channel: int
    smallest: float
    largest: float
    mean: float
    norm: float
    share: float
    near_zero: float
    bias: float


def channel_statistics(kernel: FloatArray, bias: FloatArray) -> list[ChannelStatistics]:
    """One row for each output channel of `kernel` (height, width, inputs, outputs)."""
    flat = kernel.reshape(-1, kernel.shape[-1]).astype(np.float64)
    energy = np.square(flat).sum(axis=0)
    total = energy.sum() or 1.0
    threshold = NEAR_ZERO * np.sqrt(energy.sum() / flat.size)
    return [
        ChannelStatistics(
            channel=channel,
            smallest=float(flat[:, channel].min()),
            largest=float(flat[:, channel].max()),
            mean=float(flat[:, channel].mean()),
            norm=float(np.sqrt(energy[channel])),
            share=float(energy[channel] / total),
            near_zero=float(np.mean(np.abs(flat[:, channel]) <= threshold)),
            bias=float(bias[channel]),
        )
        for channel in range(kernel.shape[-1])
    ]


def largest_weight(weights: Mapping[str, Mapping[str, FloatArray]]) -> float:
    """The largest magnitude of a weight in any kernel of the network."""
    kernels = [arrays["kernel"] for arrays in weights.values() if "kernel" in arrays]
    return max(float(np.abs(kernel).max()) for kernel in kernels)


def relative_change(kernel: FloatArray, before: FloatArray) -> FloatArray:
    """The relative change |now - before| / |before| of each output channel, (outputs,) float32.

    Both are (height, width, inputs, outputs). Infinite where all weights were 0 before, not now.
    """
    axes = (0, 1, 2)
    moved = np.sqrt(np.square(kernel.astype(np.float64) - before).sum(axis=axes))
    length = np.sqrt(np.square(before.astype(np.float64)).sum(axis=axes))
    relative = np.where(moved > 0, np.inf, 0.0)
    np.divide(moved, length, out=relative, where=length > 0)
    return relative.astype(np.float32)


def one_kernel_statistics(
    kernel: FloatArray, input_channel: int, output_channel: int
) -> dict[str, float]:
    """Numbers on one kernel of (height, width, inputs, outputs); `share` is of the layer's energy.

    `even share` is its share if all kernels of the layer had the same energy.
    """
    exact = kernel.astype(np.float64)
    weights = exact[:, :, input_channel, output_channel]
    energy = float(np.square(weights).sum())
    return {
        "sum": float(weights.sum()),
        "mean": float(weights.mean()),
        "norm": float(np.sqrt(energy)),
        "smallest": float(weights.min()),
        "largest": float(weights.max()),
        "share": energy / (float(np.square(exact).sum()) or 1.0),
        "even share": 1 / (kernel.shape[2] * kernel.shape[3]),
    }
