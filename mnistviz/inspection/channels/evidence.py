"""The verdict on each channel of a layer: keep, twin of another, dead."""

import numpy as np

from mnistviz.core.thresholds import TWIN_CORRELATION, TWIN_COST
from mnistviz.core.types.arrays import DoubleArray, FloatArray
from mnistviz.core.types.inspection import (
    ChannelEvidence,
    ChannelVerdict,
    LayerAblation,
    LayerStatistics,
)
from mnistviz.inspection.channels.redundancy import correlation_of


def evidence_of(
    statistics: LayerStatistics, ablation: LayerAblation | None = None
) -> list[ChannelEvidence]:
    """The evidence on each channel of a layer.

    Of correlated channels, the one with the largest drop when switched off is kept. Each other one
    is a twin of the first kept channel that it correlates with, if its drop is below `TWIN_COST`.
    Without `ablation` it is a near-twin.
    """
    correlation = correlation_of(statistics.covariance)
    strength = np.abs(np.nan_to_num(correlation))
    np.fill_diagonal(strength, 0)
    dead = statistics.largest <= 0
    drops = None if ablation is None else ablation.drops
    order = range(len(dead)) if drops is None else np.argsort(-drops, kind="stable").tolist()
    kept: list[int] = []
    twin_of: dict[int, int] = {}
    for channel in order:
        if dead[channel]:
            continue
        like = next((other for other in kept if strength[channel, other] >= TWIN_CORRELATION), None)
        if like is None or (drops is not None and drops[channel] >= TWIN_COST):
            kept.append(channel)
        else:
            twin_of[channel] = like

    def verdict(channel: int) -> ChannelVerdict:
        if dead[channel]:
            return "dead"
        if channel in twin_of:
            return "near-twin" if drops is None else "twin"
        return "keep"

    cards = []
    for channel in range(len(dead)):
        alike = twin_of.get(channel, int(strength[channel].argmax()))
        alone = not strength[channel].any()
        cards.append(
            ChannelEvidence(
                channel=channel,
                verdict=verdict(channel),
                twin_of=twin_of.get(channel),
                alike=None if alone else alike,
                correlation=None if alone else float(correlation[channel, alike]),
                active=float(statistics.active[channel]),
                drop=None if drops is None else float(drops[channel]),
            )
        )
    return cards


def kernel_correlation(kernel: FloatArray) -> DoubleArray:
    """Pearson's r between the weights of all pairs of output channels, (outputs, outputs).

    `kernel` is (height, width, inputs, outputs). NaN for a channel whose weights are all alike.
    """
    rows = kernel.reshape(-1, kernel.shape[-1]).T.astype(np.float64)
    centred = rows - rows.mean(axis=1, keepdims=True)
    return correlation_of(centred @ centred.T)
