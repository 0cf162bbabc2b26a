"""Distributions of a network's weights, gradients and activations, as quantiles for each layer.

The quantiles are those of TensorBoard's distributions: of a normal distribution, they would be the
mean and 0.5, 1 and 1.5 standard deviations to both sides of it, and the least and largest value.
"""

from collections.abc import Mapping

import numpy as np

from mnistviz.core.layers.layer import WEIGHTED
from mnistviz.core.types.arrays import FloatArray, RealArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.core.types.training import Distributions, Quantiles
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import to_input, watched_digits
from mnistviz.network.network import Images, Network
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

QUANTILES = (0.0, 0.0668, 0.1587, 0.3085, 0.5, 0.6915, 0.8413, 0.9332, 1.0)
# Significant digits, as each record is a line of a log.
_DIGITS = 4


def distributions_of(
    step: int, network: Network, images: Images, gradients: Mapping[str, FloatArray]
) -> Distributions:
    """Return the distributions of a network after a step.

    Weights are those of the kernels. Activations are the outputs of the layers with a kernel for
    `images` (n, 28, 28) in inference mode, after the ReLU; those of the last one are the logits.
    `gradients` are the kernels', by layer; empty where there are none.
    """
    names = [layer.name for layer in network.layers if layer.type in WEIGHTED]
    outputs = network.outputs(images)
    return Distributions(
        step,
        weights={name: quantiles_of(network.weights[name]["kernel"]) for name in names},
        gradients={name: quantiles_of(values) for name, values in gradients.items()},
        activations={name: quantiles_of(outputs[name]) for name in names},
    )


def quantiles_of(values: RealArray) -> Quantiles:
    """Return the `QUANTILES` of all values of an array, ascending, with four digits."""
    found = np.quantile(values, QUANTILES)
    return tuple(float(f"{value:.{_DIGITS}g}") for value in found)


def distributions_of_snapshots(run: Run, progress: Progress = no_progress) -> list[Distributions]:
    """Return the distributions of a run's snapshots, without gradients, which they do not have.

    Activations are those for ten test digits, as a training logs them. `progress` gets the share
    that is done.
    """
    data = data_of(run.spec.data)
    chosen = watched_digits(data.y_test, run.spec.model.num_classes)[::2]
    images = to_input(data.x_test[chosen])
    found, steps = [], snapshots.steps_of(run)
    for number, step in enumerate(steps, 1):
        found.append(distributions_of(step, load(Snapshot(run, step)), images, {}))
        progress(number / len(steps))
    return found
