"""The distributions of weights, gradients and activations at one moment of a training."""

from collections.abc import Mapping

import keras
import numpy as np

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.training import Distributions
from mnistviz.inspection.distributions import distributions_of
from mnistviz.network.flat_adam import FlatAdam
from mnistviz.network.network import Network

# Steps between two reports: at most four in an epoch, and no more often than every 100 steps.
PER_EPOCH = 4
LEAST_STEPS = 100


def is_due(step: int, steps_per_epoch: int) -> bool:
    """Return whether the distributions are reported after a step; they are before the first."""
    return step % max(LEAST_STEPS, steps_per_epoch // PER_EPOCH) == 0


def measured(
    step: int,
    spec: ModelSpec,
    weights: list[FloatArray],
    gradients: Mapping[str, FloatArray],
    images: FloatArray,
) -> Distributions | None:
    """Return the distributions of weights in `get_weights()` order and of their activations.

    None where a value is not finite: the training then ends with its next row.
    """
    if not all(np.isfinite(array).all() for array in (*weights, *gradients.values())):
        return None
    return distributions_of(step, Network(spec, spec.named(weights)), images, gradients)


def mean_gradients(network: keras.Sequential, optimizer: FlatAdam) -> dict[str, FloatArray]:
    """The mean of the last gradients of each layer's kernel, empty before the first step."""
    paths = [variable.path for variable in network.trainable_variables]
    by_path = dict(zip(paths, optimizer.mean_gradients(), strict=False))
    return {
        layer.name: by_path[layer.kernel.path]
        for layer in network.layers
        if hasattr(layer, "kernel") and by_path
    }
