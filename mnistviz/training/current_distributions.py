"""The distributions of weights, gradients and activations at one moment of a training."""

from collections.abc import Mapping

import keras
import numpy as np

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.training import Distributions
from mnistviz.inspection.distributions import distributions_of
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


def mean_gradients(
    network: keras.Sequential, optimizer: keras.optimizers.Adam
) -> dict[str, FloatArray]:
    """Return the mean of the last gradients of each convolution's kernel, as Adam keeps it.

    It is about that of the last ten steps, divided by the sum of its weights (Kingma and Ba, 2015).
    So nothing is computed for it. Empty before the first step.
    """
    if not int(optimizer.iterations):
        return {}
    moments = [each for each in optimizer.variables if each.name.endswith("momentum")]
    paths = (each.path for each in network.trainable_variables)
    by_path = dict(zip(paths, moments, strict=True))
    total = 1 - optimizer.beta_1 ** int(optimizer.iterations)
    return {
        layer.name: (np.asarray(by_path[layer.kernel.path]) / total).astype(np.float32)
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2D)
    }
