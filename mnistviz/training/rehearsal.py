"""Train a throw-away network, so that TensorFlow has compiled what a run's first steps need.

The compiled functions depend on sizes of layers and batches, not on weights, images or seeds: a
run after a rehearsal ends with the same weights as one without.
"""

import os
from collections.abc import Callable
from typing import Any

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.mnist import Mnist, load_mnist
from mnistviz.network.fast_layers import give_each_half_a_core
from mnistviz.training.loop import Command, train

# A training has at least this many images.
MIN_IMAGES = 100
# It is validated on as many as go through the network at once.
NUM_VALIDATED = 500


def rehearse(
    model: ModelSpec,
    spec: TrainSpec,
    done: list[tuple[ModelSpec, TrainSpec]],
    check: Callable[[], None],
) -> None:
    """Train a network with the sizes of a run for an epoch of few images, and discard it.

    `done` has the rehearsals so far; the same one is not repeated. `check` is called between
    steps and may raise.
    """
    check()
    short = shortened(spec)
    if (model, short) in done:
        return
    give_each_half_a_core(os.cpu_count() or 1)
    data = load_mnist()
    # The labels do not matter, but for being those of a class.
    y_train, y_test = (labels % model.num_classes for labels in (data.y_train, data.y_test))
    test = data.x_test[:NUM_VALIDATED], y_test[:NUM_VALIDATED]
    check()
    train(model, short, Mnist(data.x_train, y_train, *test), _Rehearsal(check))
    done.append((model, short))


def shortened(spec: TrainSpec) -> TrainSpec:
    """Return a training of one epoch that has the batch sizes of `spec`, the last one's too."""
    batches = -(-MIN_IMAGES // spec.batch_size)
    return TrainSpec(
        epochs=1,
        batch_size=spec.batch_size,
        num_images=batches * spec.batch_size + spec.num_trained % spec.batch_size,
        augmentation=spec.augmentation,
        bend=spec.bend,
        label_smoothing=spec.label_smoothing,
        weight_average=spec.weight_average,
    )


class _Rehearsal:
    """Callbacks of a training that store nothing."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def before_step(self, step: int, settle: Callable[[], None]) -> Command:
        self._check()
        return Command()

    def _ignore(self, *reported: Any) -> None:
        """Do nothing."""

    on_step = on_row = on_watched_answers = on_distributions = _ignore
    on_snapshot = on_checkpoint = _ignore
