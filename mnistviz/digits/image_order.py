"""The order in which a training takes its images."""

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.train_spec import TrainSpec


def image_order(seed: int, epoch: int, num_images: int) -> NDArray[np.int32]:
    """Return the order of the images in an epoch, `(n,)` int32: a function of seed and epoch."""
    generator = np.random.Generator(np.random.Philox(key=[seed, epoch]))
    return generator.permutation(num_images).astype(np.int32)


def batch_of_step(spec: TrainSpec, step: int) -> NDArray[np.int32]:
    """Return the numbers of the images of a step, `(n,)` int32; the first step is 1.

    Numbers from `num_images` on are those of digits beside MNIST's.
    """
    epoch, within = divmod(step - 1, spec.steps_per_epoch)
    order = image_order(spec.seed, epoch, spec.num_trained)
    return order[within * spec.batch_size :][: spec.batch_size]
