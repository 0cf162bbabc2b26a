"""Pruning: channels removed from a trained network, which is then trained for some more steps.

A channel that is off has the same value at every place. After 'valid' convolutions that is a
constant in the next layer, which its bias can hold: so the network with channels off is exactly a
smaller network. That one is fine-tuned, as in Li and others (2017).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from mnistviz.core.types.arrays import ByteArray, FloatArray, IntArray
from mnistviz.core.types.inspection import PruningResult
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network import tensorflow_failure
from mnistviz.network.network import Network

# Shares of the layer's channels that are left. The whole layer is tuned, too, as a control.
LEFT = (1.0, 0.75, 0.5, 0.25)
STEPS = 300

Labelled = tuple[ByteArray, ByteArray]


def prune(network: Network, layer: str, off: Collection[int], mean: FloatArray) -> Network:
    """The smaller network that has the logits of `network` with those channels of a layer off.

    `mean` (channels,) is the mean output of each channel. At least one channel must stay. The spec
    of the result is that of `network`; its weights have fewer channels.
    """
    names = [one.name for one in network.spec.convolutions]
    following = names[names.index(layer) + 1]
    gone = np.zeros(len(mean), bool)
    gone[list(off)] = True
    weights = dict(network.weights)
    for name in {layer, network.spec.block_ends[layer]}:
        weights[name] = {key: array[..., ~gone] for key, array in weights[name].items()}
    kernel, bias = weights[following]["kernel"], weights[following]["bias"]
    constant = mean[gone] @ kernel[:, :, gone].sum(axis=(0, 1))
    weights[following] = {"kernel": kernel[:, :, ~gone], "bias": bias + constant}
    return replace(network, weights=weights)


def prune_and_tune(
    network: Network,
    layer: str,
    order: Sequence[int] | IntArray,
    mean: FloatArray,
    train: Labelled,
    test: Labelled,
    progress: Progress = no_progress,
    steps: int = STEPS,
) -> PruningResult:
    """Prune more and more channels of a layer, in the order given, and tune each smaller network.

    `mean` (channels,) is as in `prune`. `progress` gets the share that is done.
    """
    # Imported here: it imports TensorFlow.
    with tensorflow_failure.explained():
        from mnistviz.network.tuning import tune

    count = len(mean)
    lefts = sorted({max(1, round(count * share)) for share in LEFT}, reverse=True)
    before, after = [], []
    for number, left in enumerate(lefts):
        smaller = prune(network, layer, list(order[: count - left]), mean)
        before.append(_accuracy(smaller, test))
        begun = number / len(lefts)
        report = _part_of(progress, begun, 1 / (steps * len(lefts)))
        after.append(_accuracy(tune(smaller, train, steps, progress=report), test))
    return PruningResult(
        layer, steps, len(test[1]), np.array(lefts), np.array(before), np.array(after)
    )


def _part_of(progress: Progress, begun: float, share: float) -> Progress:
    return lambda step: progress(begun + share * step)


def _accuracy(network: Network, test: Labelled) -> float:
    images, labels = test
    return float((network.logits(images).argmax(axis=1) == labels).mean())
